import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'scaleway',
  baseUrl: 'https://api.scaleway.ai/v1',
  keyEnv: ['SCW_SECRET_KEY'],
  baseEnv: [],
});
