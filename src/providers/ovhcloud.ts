import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'ovhcloud',
  baseUrl: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
  keyEnv: ['OVHCLOUD_API_KEY'],
  baseEnv: ['OVHCLOUD_API_BASE'],
});
