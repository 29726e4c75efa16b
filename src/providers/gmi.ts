import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'gmi',
  baseUrl: 'https://api.gmi-serving.com/v1',
  keyEnv: ['GMI_API_KEY'],
  baseEnv: [],
});
