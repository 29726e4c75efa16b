import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'dashscope',
  baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  keyEnv: ['DASHSCOPE_API_KEY'],
  baseEnv: ['DASHSCOPE_API_BASE'],
});
