import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'empower',
  baseUrl: 'https://app.empower.dev/api/v1',
  keyEnv: ['EMPOWER_API_KEY'],
  baseEnv: ['EMPOWER_API_BASE'],
});
