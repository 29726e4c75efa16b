import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'synthetic',
  baseUrl: 'https://api.synthetic.new/openai/v1',
  keyEnv: ['SYNTHETIC_API_KEY'],
  baseEnv: [],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
