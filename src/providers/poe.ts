import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'poe',
  baseUrl: 'https://api.poe.com/v1',
  keyEnv: ['POE_API_KEY'],
  baseEnv: [],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
