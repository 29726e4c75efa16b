import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'v0',
  baseUrl: 'https://api.v0.dev/v1',
  keyEnv: ['V0_API_KEY'],
  baseEnv: ['V0_API_BASE'],
});
