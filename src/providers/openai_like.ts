import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'openai_like',
  baseUrl: '',
  keyOptional: true,
  keyEnv: ['OPENAI_LIKE_API_KEY'],
  baseEnv: ['OPENAI_LIKE_API_BASE'],
});
