import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'perplexity',
  baseUrl: 'https://api.perplexity.ai',
  keyEnv: ['PERPLEXITYAI_API_KEY', 'PERPLEXITY_API_KEY'],
  baseEnv: ['PERPLEXITY_API_BASE'],
});
