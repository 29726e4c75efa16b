import type { Provider } from '#providers/provider.ts';

export default {
  name: 'openai',
  bareModels:
    /^(?:ft:)?(?:gpt-|chatgpt-|codex-|o\d|text-embedding-|(?:omni|text)-moderation-|davinci-|babbage-|dall-e-|whisper-|tts-)/,
  baseUrl: 'https://api.openai.com/v1',
  auth: 'bearer',
  keyEnv: ['OPENAI_API_KEY'],
  baseEnv: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
  organizationHeader: 'openai-organization',
  operations: {
    chat: { path: '/chat/completions', dialect: 'openai-chat' },
    embeddings: { path: '/embeddings', dialect: 'openai-embeddings' },
  },
} satisfies Provider;
