import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'amazon_nova',
  baseUrl: 'https://api.nova.amazon.com/v1',
  keyEnv: ['AMAZON_NOVA_API_KEY'],
  baseEnv: ['AMAZON_NOVA_API_BASE'],
});
