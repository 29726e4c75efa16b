/** What goes over the wire in this benchmark. */
import { anthropicMessages } from '#wire/anthropic-messages/index.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { writeSse } from '#wire/framing/sse.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';
import { runStep } from '#wire/test-kit.ts';

export const CLIENT_KEY = 'sk-bench-master';
/** Chunks with words in a streamed reply. */
export const CHUNKS = 64;

/** A vendor, by the path where it is asked. */
export interface Vendor {
  readonly path: string;
  readonly dialect: ChatDialect;
  /** The group that it serves, and its provider. */
  readonly group: string;
  readonly provider: string;
  /** Below the upstream's origin. */
  readonly base: string;
}

export const SAME: Vendor = {
  path: '/v1/chat/completions',
  dialect: openaiChat,
  group: 'same',
  provider: 'openai',
  base: '/v1',
};
export const OTHER: Vendor = {
  path: '/v1/messages',
  dialect: anthropicMessages,
  group: 'other',
  provider: 'anthropic',
  base: '',
};
export const VENDORS = [SAME, OTHER];

const WORDS = ['Balanced', ' load', ' flows', ' where', ' quota', ' is', ' left', '.'];

const EVENTS: readonly ChatEvent[] = [
  { type: 'start', id: 'reply_CKx4bWn0Zt7dQe2LhPvR9sYj', model: 'a-model', created: 1_700_000_000 },
  { type: 'block-start', index: 0, block: { kind: 'text' } },
  ...Array.from({ length: CHUNKS }, (_, i): ChatEvent => {
    return { type: 'block-delta', index: 0, delta: WORDS[i % WORDS.length] ?? '' };
  }),
  { type: 'block-end', index: 0 },
  { type: 'usage', usage: { inputTokens: 96, outputTokens: CHUNKS } },
  { type: 'finish', reason: 'stop', raw: 'stop' },
];

/** The messages of a streamed reply, one item each. */
export const streamOf = ({ dialect }: Vendor): string[] =>
  runStep(dialect.streamWriter({ includeUsage: true }), EVENTS).map(({ event, data }) =>
    writeSse(data, event),
  );

const httpRequest = (path: string, body: string): Buffer =>
  Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: bench.local\r\nauthorization: Bearer ${CLIENT_KEY}\r\n` +
      'accept: */*\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

/** What a client says to a gateway; to a bare proxy it speaks as to the vendor itself. */
export const requestTo = (vendor: Vendor, path = SAME.path): Buffer =>
  httpRequest(
    path,
    JSON.stringify({
      model: vendor.group,
      max_tokens: 1_000,
      messages: [{ role: 'user', content: 'the quick brown fox '.repeat(20) }],
      stream: true,
    }),
  );

const IMAGES = 10;
const IMAGE_BYTES = 1_000_000;

/** A request of 10 MB, most of it pictures. */
export const largeRequest = ({ group }: Vendor): Buffer => {
  // It begins as a picture does.
  const url = `data:image/png;base64,iVBORw0KGgo${'A'.repeat(IMAGE_BYTES)}`;
  const images = Array.from({ length: IMAGES }, () => ({ type: 'image_url', image_url: { url } }));
  const content = [{ type: 'text', text: 'Compare them.' }, ...images];
  const messages = [{ role: 'user', content }];
  return httpRequest(SAME.path, JSON.stringify({ model: group, messages, stream: true }));
};
