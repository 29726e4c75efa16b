import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'zai',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  keyEnv: ['ZAI_API_KEY'],
  baseEnv: ['ZAI_API_BASE'],
});
