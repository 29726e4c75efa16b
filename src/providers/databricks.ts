import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'databricks',
  // https://WORKSPACE/serving-endpoints
  baseUrl: '',
  keyEnv: ['DATABRICKS_API_KEY'],
  baseEnv: ['DATABRICKS_API_BASE'],
  quirks: [{ maxTokensField: 'max_tokens' }],
});
