import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'deepinfra',
  baseUrl: 'https://api.deepinfra.com/v1/openai',
  keyEnv: ['DEEPINFRA_API_KEY'],
  baseEnv: ['DEEPINFRA_API_BASE'],
});
