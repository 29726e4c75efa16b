import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'nano-gpt',
  baseUrl: 'https://nano-gpt.com/api/v1',
  keyEnv: ['NANOGPT_API_KEY'],
  baseEnv: [],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
