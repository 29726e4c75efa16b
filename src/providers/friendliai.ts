import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'friendliai',
  baseUrl: 'https://api.friendli.ai/serverless/v1',
  keyEnv: ['FRIENDLIAI_API_KEY', 'FRIENDLI_TOKEN'],
  baseEnv: ['FRIENDLI_API_BASE'],
});
