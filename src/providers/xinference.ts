import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'xinference',
  baseUrl: 'http://127.0.0.1:9997/v1',
  keyOptional: true,
  keyEnv: ['XINFERENCE_API_KEY'],
  baseEnv: ['XINFERENCE_API_BASE'],
});
