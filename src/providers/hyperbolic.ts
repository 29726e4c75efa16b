import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'hyperbolic',
  baseUrl: 'https://api.hyperbolic.xyz/v1',
  keyEnv: ['HYPERBOLIC_API_KEY'],
  baseEnv: ['HYPERBOLIC_API_BASE'],
});
