import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'aiml',
  baseUrl: 'https://api.aimlapi.com/v1',
  keyEnv: ['AIML_API_KEY'],
  baseEnv: ['AIML_API_BASE'],
});
