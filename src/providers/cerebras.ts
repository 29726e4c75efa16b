import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'cerebras',
  baseUrl: 'https://api.cerebras.ai/v1',
  keyEnv: ['CEREBRAS_API_KEY'],
  baseEnv: ['CEREBRAS_API_BASE'],
});
