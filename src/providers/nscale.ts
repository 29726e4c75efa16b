import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'nscale',
  baseUrl: 'https://inference.api.nscale.com/v1',
  keyEnv: ['NSCALE_API_KEY'],
  baseEnv: ['NSCALE_API_BASE'],
});
