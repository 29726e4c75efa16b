import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'vercel_ai_gateway',
  baseUrl: 'https://ai-gateway.vercel.sh/v1',
  keyEnv: ['VERCEL_AI_GATEWAY_API_KEY', 'VERCEL_OIDC_TOKEN'],
  baseEnv: ['VERCEL_AI_GATEWAY_API_BASE'],
});
