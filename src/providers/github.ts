import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'github',
  baseUrl: 'https://models.inference.ai.azure.com',
  keyEnv: ['GITHUB_API_KEY'],
  baseEnv: ['GITHUB_API_BASE'],
});
