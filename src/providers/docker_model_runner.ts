import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'docker_model_runner',
  baseUrl: 'http://localhost:22088/engines/llama.cpp/v1',
  keyOptional: true,
  keyEnv: ['DOCKER_MODEL_RUNNER_API_KEY'],
  baseEnv: ['DOCKER_MODEL_RUNNER_API_BASE'],
});
