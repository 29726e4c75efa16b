import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'volcengine',
  baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
  keyEnv: ['VOLCENGINE_API_KEY', 'ARK_API_KEY'],
  baseEnv: ['VOLCENGINE_API_BASE'],
});
