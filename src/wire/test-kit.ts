import { readFileSync, readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import { type Json, type JsonObject, isObject } from '#core/json.ts';
import type { Block, ChatEvent, FinishReason } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';
import { type SseEvent, SseReader } from '#wire/framing/sse.ts';

const EVENT_BYTES = 4_194_304;

/** Everything that `step` makes of `items`, its end included. */
export const runStep = <In, Out>(step: Step<In, Out>, items: Iterable<In>): Out[] => [
  ...[...items].flatMap((item) => step.push(item)),
  ...step.end(),
];

/** Server-sent events of a body that arrives in `chunks`. */
export const readSse = (chunks: Iterable<Buffer>, maxEventBytes = EVENT_BYTES): SseEvent[] => {
  const reader = new SseReader(maxEventBytes);
  const events = [...chunks].flatMap((chunk) => reader.push(chunk));
  return [...events, ...reader.end()];
};

export const sseFrames = (chunks: Iterable<Buffer>): Frame[] =>
  readSse(chunks).map(({ data }) => ({ data: data.toString('utf8') }));

/** Bytes as a vendor sends them; `name` is the file's without kind and extension. */
export interface Fixture {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The files `<kind>-<name>.*` of a dialect's folder of fixtures. */
export const fixtures = (folder: URL, kind: 'request' | 'reply' | 'stream' | 'error'): Fixture[] =>
  readdirSync(folder)
    .filter((file) => file.startsWith(`${kind}-`))
    .toSorted()
    .map((file) => ({
      name: file.slice(kind.length + 1).replace(/\.\w+$/, ''),
      bytes: readFileSync(new URL(file, folder)),
    }));

export const jsonOf = ({ bytes }: Fixture): JsonObject =>
  JSON.parse(bytes.toString('utf8')) as JsonObject;

/** What in `events` breaks the grammar of ChatEvent; undefined when nothing does. */
export const grammarFault = (events: readonly ChatEvent[]): string | undefined => {
  const last = events.at(-1);
  if (last?.type !== 'finish' && last?.type !== 'error') return 'no finish or error at the end';
  if (events.length === 1 && last.type === 'error') return undefined;
  const blocks = new Map<number, boolean>();
  const finished = new Set<number>();
  let counted = false;
  for (const [at, event] of events.entries()) {
    const fault = (what: string): string => `event ${at} (${JSON.stringify(event)}): ${what}`;
    if ((event.type === 'start') !== (at === 0)) return fault('start is first, and only first');
    switch (event.type) {
      case 'start':
        break;
      case 'block-start':
        if (blocks.has(event.index)) return fault('an index is used once');
        if (counted) return fault('no block after usage');
        blocks.set(event.index, true);
        break;
      case 'extra':
        if (counted) return fault('nothing but the end after usage');
        break;
      case 'usage':
      case 'finish':
      case 'error': {
        if ([...blocks.values()].includes(true)) return fault('a block is still open');
        if (event.type === 'usage' && counted) return fault('comes once, before any finish');
        if (event.type === 'error' && at < events.length - 1) return fault('comes last');
        if (event.type === 'error' && finished.size > 0) return fault('finished before');
        const choice = event.type === 'finish' ? (event.choice ?? 0) : -1;
        if (finished.has(choice)) return fault('a choice finishes once');
        if (choice >= 0) finished.add(choice);
        counted = true;
        break;
      }
      default:
        if (!blocks.get(event.index)) return fault('its block is not open');
        if (event.type === 'block-end') blocks.set(event.index, false);
    }
  }
  return undefined;
};

const REASONS: readonly FinishReason[] = ['stop', 'length', 'tool-calls', 'content-filter'];
const tokens = fc.integer({ min: 0, max: 2_000_000 });
const text = fc.string({ unit: 'binary', maxLength: 12 });

const blocks: fc.Arbitrary<Block[]> = fc
  .tuple(
    fc.subarray<Block>([{ kind: 'reasoning' }, { kind: 'text' }, { kind: 'refusal' }]),
    fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 3 }),
  )
  .map(([texts, names]) => [
    ...texts,
    ...names.map((name, i) => ({ kind: 'tool-call', id: `call_${i}`, name }) as const),
  ]);

/** The input includes what a cache held, the output what was thought. */
const usage = fc
  .record(
    { inputTokens: tokens, outputTokens: tokens, cachedTokens: tokens, reasoningTokens: tokens },
    { requiredKeys: ['inputTokens', 'outputTokens'] },
  )
  .map((counts) => ({
    ...counts,
    inputTokens: counts.inputTokens + (counts.cachedTokens ?? 0),
    outputTokens: counts.outputTokens + (counts.reasoningTokens ?? 0),
  }));

/** Whole streams: at most one block for each kind of text, tool calls, deltas in any order. */
export const chatEvents: fc.Arbitrary<ChatEvent[]> = fc
  .record({
    start: fc.record({ id: fc.string(), model: fc.string(), created: tokens }),
    blocks,
    deltas: fc.array(fc.record({ pick: fc.nat(), delta: text }), { maxLength: 12 }),
    usage: fc.option(usage, { nil: undefined }),
    reason: fc.constantFrom(...REASONS),
  })
  .map(({ start, blocks: opened, deltas, usage: counted, reason }) => [
    { type: 'start', ...start },
    ...opened.map((block, index) => ({ type: 'block-start', index, block }) as const),
    ...deltas.flatMap(({ pick, delta }): ChatEvent[] =>
      opened.length === 0 ? [] : [{ type: 'block-delta', index: pick % opened.length, delta }],
    ),
    ...opened.map((_, index) => ({ type: 'block-end', index }) as const),
    ...(counted ? [{ type: 'usage', usage: counted } as const] : []),
    { type: 'finish', reason, raw: '' },
  ]);

/** `whole` with a random JSON value in the place of one of its parts, however deep. */
export const withPartExchanged = (whole: Json): fc.Arbitrary<Json> =>
  fc
    .tuple(fc.constantFrom(...paths(whole)), fc.json({ maxDepth: 2 }))
    .map(([path, part]) => exchanged(whole, path, JSON.parse(part) as Json));

const paths = (json: Json): string[][] => {
  const parts = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  return [[], ...parts.flatMap(([key, part]) => paths(part).map((path) => [key, ...path]))];
};

const exchanged = (whole: Json, [key, ...path]: readonly string[], part: Json): Json => {
  if (key === undefined) return part;
  if (Array.isArray(whole))
    return whole.map((item, i) => (String(i) === key ? exchanged(item, path, part) : item));
  return isObject(whole) ? { ...whole, [key]: exchanged(whole[key] ?? null, path, part) } : whole;
};
