import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'morph',
  baseUrl: 'https://api.morphllm.com/v1',
  keyEnv: ['MORPH_API_KEY'],
  baseEnv: ['MORPH_API_BASE'],
});
