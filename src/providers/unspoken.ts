const COMMON = (base: string): string =>
  `it is reached by its common dialect: write openai/MODEL with api_base: ${base}`;
const OWN = 'it speaks a dialect of its own, which is not spoken here';
const NO_MODEL = 'it holds no chats and makes no embeddings';

/** Prefixes of LiteLLM's that are no provider here, and why; what to write instead, where there is something. */
const REASONS: Readonly<Record<string, string>> = {
  ai21: 'its newer models answer in the common dialect: write ai21_chat/MODEL',
  anthropic_text: 'its API of completions is over: write anthropic/MODEL',
  cloudflare: COMMON('https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai/v1'),
  custom: 'handlers in Python do not run here: write openai/MODEL with the api_base of a server',
  gradient_ai: COMMON('https://inference.do-ai.run/v1'),
  heroku: COMMON('https://us.inference.heroku.com/v1'),
  huggingface: COMMON('https://router.huggingface.co/v1'),
  oobabooga: COMMON('http://HOST:5000/v1'),
  voyage: COMMON('https://api.voyageai.com/v1'),
  ...all(OWN, [
    'bytez',
    'datarobot',
    'maritalk',
    'nlp_cloud',
    'oci',
    'petals',
    'predibase',
    'replicate',
    'sagemaker',
    'sagemaker_chat',
    'sap',
    'snowflake',
    'triton',
    'watsonx',
    'watsonx_text',
  ]),
  ...all(NO_MODEL, [
    'a2a_agent',
    'assemblyai',
    'deepgram',
    'elevenlabs',
    'fal_ai',
    'langfuse',
    'milvus',
    'pg_vector',
    'recraft',
    'runwayml',
    'topaz',
  ]),
};

function all(reason: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

export const whyUnspoken = (name: string): string | undefined =>
  Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
