import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'meta_llama',
  baseUrl: 'https://api.llama.com/compat/v1',
  keyEnv: ['LLAMA_API_KEY'],
  baseEnv: ['LLAMA_API_BASE'],
});
