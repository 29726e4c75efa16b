import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'anyscale',
  baseUrl: 'https://api.endpoints.anyscale.com/v1',
  keyEnv: ['ANYSCALE_API_KEY'],
  baseEnv: ['ANYSCALE_API_BASE'],
});
