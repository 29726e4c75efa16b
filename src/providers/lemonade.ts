import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'lemonade',
  baseUrl: 'http://localhost:8000/api/v1',
  keyOptional: true,
  keyEnv: ['LEMONADE_API_KEY'],
  baseEnv: ['LEMONADE_API_BASE'],
});
