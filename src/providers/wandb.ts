import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'wandb',
  baseUrl: 'https://api.inference.wandb.ai/v1',
  keyEnv: ['WANDB_API_KEY'],
  baseEnv: ['WANDB_API_BASE'],
});
