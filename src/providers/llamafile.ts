import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'llamafile',
  baseUrl: 'http://127.0.0.1:8080/v1',
  keyOptional: true,
  keyEnv: ['LLAMAFILE_API_KEY'],
  baseEnv: ['LLAMAFILE_API_BASE'],
});
