import type { Provider } from '#providers/provider.ts';
import { quotaReader } from '#providers/quota-reader.ts';
import { reasoningQuirks } from '#providers/reasoning-quirks.ts';
import { isPaymentDue, limitRefusal, rampRefusal } from '#providers/refusals.ts';
import { standardLimits } from '#providers/limit-headers.ts';
import { boundOutput, tokens } from '#providers/token-charges.ts';

export default {
  name: 'openai',
  bareModels:
    /^(?:ft:)?(?:gpt-|chatgpt-|codex-|o\d|text-embedding-|(?:omni|text)-moderation-|davinci-|babbage-|dall-e-|whisper-|tts-)/,
  baseUrl: 'https://api.openai.com/v1',
  auth: 'bearer',
  keyEnv: ['OPENAI_API_KEY'],
  baseEnv: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
  organizationHeader: 'openai-organization',
  quirks: [
    ...reasoningQuirks(/^(?:o\d|gpt-5(?!.*chat))/),
    // Servers of others are reached by this prefix, too: only its own names tell.
    { models: /^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|codex-|o\d)/, refuses: ['topK'] },
    { models: /^(?:ft:)?(?:gpt-[34]|chatgpt-|gpt-5.*chat)/, refuses: ['reasoning'] },
  ],
  quota: {
    scope: 'key',
    charge: (size) => ({ requests: 1, tokens: tokens(size.inputTokens + boundOutput(size)) }),
    // What was reserved and not answered is not given back.
    settle: (charged) => charged,
    read: quotaReader({
      limits: standardLimits(),
      organizationHeader: 'openai-organization',
      projectHeader: 'openai-project',
      refusal(refused) {
        const { status } = refused.reply;
        if (isPaymentDue(refused)) return { class: 'money' };
        // It was a 503 once.
        if (refused.code === 'slow_down') return rampRefusal(refused);
        // A busy engine says 429 too.
        if (status !== 429 || /\boverloaded\b/.test(refused.message)) return undefined;
        return limitRefusal(refused);
      },
    }),
  },
  operations: {
    chat: { path: '/chat/completions', dialect: 'openai-chat' },
    // Few of its models still go on from a prompt, and hold no chats.
    completions: {
      path: '/completions',
      dialect: ({ model }) =>
        /^(?:ft:)?(?:gpt-3\.5-turbo-instruct|davinci-|babbage-)/.test(model)
          ? 'openai-completions'
          : 'openai-chat',
    },
    responses: { path: '/responses', dialect: 'openai-responses' },
    embeddings: { path: '/embeddings', dialect: 'openai-embeddings' },
  },
} satisfies Provider;
