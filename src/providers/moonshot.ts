import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'moonshot',
  baseUrl: 'https://api.moonshot.ai/v1',
  keyEnv: ['MOONSHOT_API_KEY'],
  baseEnv: ['MOONSHOT_API_BASE'],
});
