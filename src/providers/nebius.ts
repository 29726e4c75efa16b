import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'nebius',
  baseUrl: 'https://api.studio.nebius.ai/v1',
  keyEnv: ['NEBIUS_API_KEY'],
  baseEnv: ['NEBIUS_API_BASE'],
});
