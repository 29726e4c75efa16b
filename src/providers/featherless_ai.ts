import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'featherless_ai',
  baseUrl: 'https://api.featherless.ai/v1',
  keyEnv: ['FEATHERLESS_AI_API_KEY', 'FEATHERLESS_API_KEY'],
  baseEnv: ['FEATHERLESS_API_BASE'],
});
