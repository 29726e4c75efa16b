import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'nvidia_nim',
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  keyEnv: ['NVIDIA_NIM_API_KEY'],
  baseEnv: ['NVIDIA_NIM_API_BASE'],
});
