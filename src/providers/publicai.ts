import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'publicai',
  baseUrl: 'https://api.publicai.co/v1',
  keyEnv: ['PUBLICAI_API_KEY'],
  baseEnv: ['PUBLICAI_API_BASE'],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
