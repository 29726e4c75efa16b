import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'sambanova',
  baseUrl: 'https://api.sambanova.ai/v1',
  keyEnv: ['SAMBANOVA_API_KEY'],
  baseEnv: ['SAMBANOVA_API_BASE'],
});
