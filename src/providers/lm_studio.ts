import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'lm_studio',
  baseUrl: '',
  keyOptional: true,
  keyEnv: ['LM_STUDIO_API_KEY'],
  baseEnv: ['LM_STUDIO_API_BASE'],
});
