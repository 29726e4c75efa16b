import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'baseten',
  baseUrl: 'https://inference.baseten.co/v1',
  keyEnv: ['BASETEN_API_KEY'],
  baseEnv: ['BASETEN_API_BASE'],
});
