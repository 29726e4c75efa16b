import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'aihubmix',
  baseUrl: 'https://aihubmix.com/v1',
  keyEnv: ['AIHUBMIX_API_KEY'],
  baseEnv: ['AIHUBMIX_API_BASE'],
});
