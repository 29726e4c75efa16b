import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'chutes',
  baseUrl: 'https://llm.chutes.ai/v1',
  keyEnv: ['CHUTES_API_KEY'],
  baseEnv: [],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
