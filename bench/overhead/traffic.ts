/** What goes over the wire in this benchmark, and what a right answer looks like. */

/** Keys that the upstream takes; a target that forwards its caller's own key is refused. */
export const UPSTREAM_KEYS = ['sk-bench-project-1', 'sk-bench-project-2', 'sk-bench-project-3'];
/** The key that clients send to every target. */
export const CLIENT_KEY = 'sk-bench-master';
export const MODEL = 'gpt-4.1';
/** Chunks in a streamed reply: a role, words, a finish. A usage chunk and `[DONE]` are not counted. */
export const CHUNKS = 64;
export const DONE = 'data: [DONE]\n\n';

const MESSAGE_BYTES = 512;
const CREATED = 1_700_000_000;
const ID = 'chatcmpl-CKx4bWn0Zt7dQe2LhPvR9sYjUfAm3';

const USAGE = {
  prompt_tokens: 96,
  completion_tokens: 62,
  total_tokens: 158,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

/** `build` of a text just long enough that the JSON takes `MESSAGE_BYTES`. */
const sized = (build: (text: string) => object): string => {
  const empty = JSON.stringify(build('')).length;
  const text = 'the quick brown fox jumps over the lazy dog, '.repeat(12);
  return JSON.stringify(build(text.slice(0, MESSAGE_BYTES - empty)));
};

const requestBody = (streamed: boolean): string =>
  sized((content) => ({
    model: MODEL,
    messages: [
      { role: 'system', content: 'You are a careful assistant.' },
      { role: 'user', content },
    ],
    temperature: 0.2,
    ...(streamed && { stream: true }),
  }));

export const WHOLE_REPLY = sized((content) => ({
  id: ID,
  object: 'chat.completion',
  created: CREATED,
  model: `${MODEL}-2025-04-14`,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content, refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: USAGE,
}));

const WORDS = ['Balanced', ' load', ' flows', ' where', ' quota', ' is', ' left', '.'];

const chunk = (delta: object, options: { finish?: 'stop'; includeUsage: boolean }): string =>
  `data: ${JSON.stringify({
    id: ID,
    object: 'chat.completion.chunk',
    created: CREATED,
    model: `${MODEL}-2025-04-14`,
    service_tier: 'default',
    system_fingerprint: 'fp_51e1070cf2',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: options.finish ?? null }],
    ...(options.includeUsage && { usage: null }),
  })}\n\n`;

/** A streamed reply as OpenAI sends it, one event per item; the last is `[DONE]`. */
export const streamEvents = (includeUsage: boolean): string[] => {
  const words = Array.from({ length: CHUNKS - 2 }, (_, i) =>
    chunk({ content: WORDS[i % WORDS.length] }, { includeUsage }),
  );
  const usage = `data: ${JSON.stringify({
    id: ID,
    object: 'chat.completion.chunk',
    created: CREATED,
    model: `${MODEL}-2025-04-14`,
    service_tier: 'default',
    system_fingerprint: 'fp_51e1070cf2',
    choices: [],
    usage: USAGE,
  })}\n\n`;
  return [
    chunk({ role: 'assistant', content: '', refusal: null }, { includeUsage }),
    ...words,
    chunk({}, { finish: 'stop', includeUsage }),
    ...(includeUsage ? [usage] : []),
    DONE,
  ];
};

/** What every client says, byte for byte the same to every target but for the key. */
export const requestBytes = (streamed: boolean, key: string): Buffer => {
  const body = requestBody(streamed);
  return Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: bench.local\r\nauthorization: Bearer ${key}\r\n` +
      'accept: */*\r\nuser-agent: spillway-bench\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};
