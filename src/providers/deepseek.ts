import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'deepseek',
  baseUrl: 'https://api.deepseek.com/beta',
  keyEnv: ['DEEPSEEK_API_KEY'],
  baseEnv: ['DEEPSEEK_API_BASE'],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
