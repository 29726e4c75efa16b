import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'cometapi',
  baseUrl: 'https://api.cometapi.com/v1',
  keyEnv: ['COMETAPI_KEY', 'COMETAPI_API_KEY'],
  baseEnv: ['COMETAPI_BASE_URL', 'COMETAPI_API_BASE'],
});
