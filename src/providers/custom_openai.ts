import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'custom_openai',
  baseUrl: '',
  keyEnv: ['OPENAI_API_KEY'],
  baseEnv: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
});
