import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'lambda_ai',
  baseUrl: 'https://api.lambda.ai/v1',
  keyEnv: ['LAMBDA_API_KEY'],
  baseEnv: ['LAMBDA_API_BASE'],
});
