import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'veniceai',
  baseUrl: 'https://api.venice.ai/api/v1',
  keyEnv: ['VENICE_AI_API_KEY'],
  baseEnv: [],
});
