import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'fireworks_ai',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  keyEnv: [
    'FIREWORKS_API_KEY',
    'FIREWORKS_AI_API_KEY',
    'FIREWORKSAI_API_KEY',
    'FIREWORKS_AI_TOKEN',
  ],
  baseEnv: ['FIREWORKS_API_BASE'],
});
