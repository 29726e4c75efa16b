import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'apertis',
  baseUrl: 'https://api.stima.tech/v1',
  keyEnv: ['STIMA_API_KEY'],
  baseEnv: [],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
