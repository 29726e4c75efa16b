import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'novita',
  baseUrl: 'https://api.novita.ai/v3/openai',
  keyEnv: ['NOVITA_API_KEY'],
  baseEnv: ['NOVITA_API_BASE'],
});
