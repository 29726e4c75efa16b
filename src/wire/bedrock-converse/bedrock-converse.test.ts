import { bedrockConverse } from '#wire/bedrock-converse/index.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { chatDialectConformance } from '#wire/dialect.conformance.ts';
import type { Frame } from '#wire/dialect.ts';
import { AwsEventStreamReader } from '#wire/framing/aws-event-stream.ts';

const frames = (chunks: Iterable<Buffer>): Frame[] => {
  const reader = new AwsEventStreamReader(1_000_000);
  const events = [...[...chunks].flatMap((chunk) => reader.push(chunk)), ...reader.end()];
  return events.map(({ data }) => ({ data: data.toString('utf8') }));
};

/** Neither names nor refusals are told, thoughts are not counted apart, and a call's input is JSON. */
const sayable = (events: ChatEvent[]): ChatEvent[] => {
  const kinds = new Map<number, string>();
  return events.flatMap((event): ChatEvent[] => {
    if (event.type === 'start') return [{ ...event, id: '', model: '', created: 0 }];
    if (event.type === 'block-start') kinds.set(event.index, event.block.kind);
    const kind = 'index' in event ? kinds.get(event.index) : undefined;
    if (kind === 'refusal') return [];
    if (kind === 'tool-call' && event.type === 'block-delta') return [];
    if (kind === 'tool-call' && event.type === 'block-start')
      return [event, { type: 'block-delta', index: event.index, delta: '{"n":[1]}' }];
    if (event.type !== 'usage') return [event];
    const { reasoningTokens: _, ...usage } = event.usage;
    return [{ ...event, usage }];
  });
};

chatDialectConformance(bedrockConverse, {
  folder: new URL('fixtures/', import.meta.url),
  frames,
  inPath: ['model', 'stream'],
  sayable,
});
