import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'clarifai',
  baseUrl: 'https://api.clarifai.com/v2/ext/openai/v1',
  keyEnv: ['CLARIFAI_API_KEY', 'CLARIFAI_PAT'],
  baseEnv: [],
});
