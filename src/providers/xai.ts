import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'xai',
  baseUrl: 'https://api.x.ai/v1',
  keyEnv: ['XAI_API_KEY'],
  baseEnv: ['XAI_API_BASE'],
});
