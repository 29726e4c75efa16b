import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'helicone',
  baseUrl: 'https://ai-gateway.helicone.ai',
  keyEnv: ['HELICONE_API_KEY'],
  baseEnv: [],
});
