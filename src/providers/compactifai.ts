import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'compactifai',
  baseUrl: 'https://api.compactif.ai/v1',
  keyEnv: ['COMPACTIFAI_API_KEY'],
  baseEnv: ['COMPACTIFAI_API_BASE'],
});
