import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'galadriel',
  baseUrl: 'https://api.galadriel.com/v1',
  keyEnv: ['GALADRIEL_API_KEY'],
  baseEnv: ['GALADRIEL_API_BASE'],
});
