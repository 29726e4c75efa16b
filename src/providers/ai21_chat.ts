import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'ai21_chat',
  baseUrl: 'https://api.ai21.com/studio/v1',
  keyEnv: ['AI21_API_KEY'],
  baseEnv: ['AI21_API_BASE'],
});
