import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'openrouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  keyEnv: ['OPENROUTER_API_KEY', 'OR_API_KEY'],
  baseEnv: ['OPENROUTER_API_BASE'],
});
