import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { writeCitation } from '#wire/anthropic-messages/citations.ts';
import {
  type OwnExtra,
  endingOf,
  headOf,
  ownExtra,
  wholeBlock,
} from '#wire/anthropic-messages/content.ts';
import type { Block, ChatEvent, FinishEvent, Usage } from '#wire/chat-event.ts';

interface Said {
  readonly block: Block;
  text: string;
  signature: string;
  readonly citations: JsonObject[];
}

/** Throws SpillwayError `stream_truncated` when the events do not end, or end in an error. */
export const writeReply = (events: readonly ChatEvent[]): JsonObject => {
  let head: JsonObject = {};
  const content: (Said | JsonObject)[] = [];
  const blocks = new Map<number, Said>();
  const extra = { usage: {} as JsonObject, message: {} as JsonObject };
  let usage: Usage | undefined;
  let finish: FinishEvent | undefined;
  for (const event of events) {
    if (event.type === 'start') head = headOf(event);
    else if (event.type === 'usage') ({ usage } = event);
    else if (event.type === 'finish') finish ??= event;
    else if (event.type === 'extra') content.push(...addExtra(extra, ownExtra(event)));
    else if (event.type === 'error') throw brokenOff(event.error.message);
    else if (event.type !== 'block-start') addTo(blocks.get(event.index), event);
    else if ((event.choice ?? 0) === 0) {
      const said: Said = { block: event.block, text: '', signature: '', citations: [] };
      blocks.set(event.index, said);
      content.push(said);
    }
  }
  if (!finish) throw brokenOff('it is not whole.');
  const isRefusal = [...blocks.values()].some(({ block, text }) => isRefused(block, text));
  const ending = endingOf(finish, { usage, extra, isRefusal });
  return {
    ...head,
    content: content.map((item) => (isSaid(item) ? wholeBlock(item.block, item) : item)),
    ...ending.delta,
    usage: ending.usage,
  };
};

const brokenOff = (what: string): SpillwayError =>
  new SpillwayError('stream_truncated', `The reply broke off: ${what}`);

const isSaid = (item: Said | JsonObject): item is Said => 'block' in item && 'citations' in item;

const isRefused = ({ kind }: Block, text: string): boolean => kind === 'refusal' && text !== '';

const addExtra = (
  extra: { usage: JsonObject; message: JsonObject },
  own: OwnExtra,
): readonly JsonObject[] => {
  extra.usage = { ...extra.usage, ...own.usage };
  extra.message = { ...extra.message, ...own.message };
  return own.content;
};

const addTo = (
  said: Said | undefined,
  event: Extract<ChatEvent, { type: 'block-delta' | 'citation' | 'logprobs' | 'block-end' }>,
): void => {
  if (!said) return;
  if (event.type === 'block-delta') said.text += event.delta;
  else if (event.type === 'citation') said.citations.push(writeCitation(event.citation));
  else if (event.type === 'block-end') said.signature = event.signature ?? '';
};
