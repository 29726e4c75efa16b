import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'xiaomi_mimo',
  baseUrl: 'https://api.xiaomimimo.com/v1',
  keyEnv: ['XIAOMI_MIMO_API_KEY'],
  baseEnv: [],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
