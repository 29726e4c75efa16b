import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'codestral',
  baseUrl: 'https://codestral.mistral.ai/v1',
  keyEnv: ['CODESTRAL_API_KEY'],
  baseEnv: ['CODESTRAL_API_BASE'],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
