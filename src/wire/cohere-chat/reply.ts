import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { listAt, textAt } from '#core/fields.ts';
import type { Block, ChatEvent } from '#wire/chat-event.ts';
import { endError } from '#wire/cohere-chat/error.ts';
import { DIALECT } from '#wire/cohere-chat/read-request.ts';
import {
  billedExtra,
  readCitation,
  readUsage,
  reasonOf,
  reasonWord,
  writeCitation,
  writeUsage,
} from '#wire/cohere-chat/usage.ts';

/** How an answer ends: its reason, or the error that it ends in. */
export const endEvent = (raw: string, message: string): ChatEvent =>
  raw === 'ERROR' || raw === 'TIMEOUT'
    ? { type: 'error', error: endError(raw, message) }
    : { type: 'finish', reason: reasonOf(raw), raw };

export const readReply = (body: Json): ChatEvent[] => {
  const message = isObject(body) ? own(body, 'message') : undefined;
  if (!isObject(body) || !isObject(message))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without a message; try again.',
    );
  const usage = readUsage(own(body, 'usage'));
  const end = endEvent(textAt(body, 'finish_reason'), textAt(body, 'error'));
  return [
    { type: 'start', id: textAt(body, 'id'), model: '', created: 0 },
    ...readMessage(message),
    ...billedExtra(own(body, 'usage')),
    ...(usage ? [{ type: 'usage', usage } as const] : []),
    end,
  ];
};

const readMessage = (message: JsonObject): ChatEvent[] => {
  const events: ChatEvent[] = [];
  let index = 0;
  const add = (block: Block, delta: string, more: readonly ChatEvent[] = []): void => {
    events.push({ type: 'block-start', index, block });
    if (delta !== '') events.push({ type: 'block-delta', index, delta });
    events.push(...more, { type: 'block-end', index: index++ });
  };
  const plan = textAt(message, 'tool_plan');
  if (plan !== '') add({ kind: 'text' }, plan);
  const citations = listAt(message, 'citations');
  for (const [at, part] of listAt(message, 'content').entries()) {
    if (own(part, 'type') === 'thinking') add({ kind: 'reasoning' }, textAt(part, 'thinking'));
    if (own(part, 'type') !== 'text') continue;
    const here = citations.filter((one) => (own(one, 'content_index') ?? at) === at);
    add(
      { kind: 'text' },
      textAt(part, 'text'),
      here.flatMap((one) => citationEvent(one, index)),
    );
  }
  for (const call of listAt(message, 'tool_calls')) {
    const fn = own(call, 'function');
    if (isObject(fn))
      add(
        { kind: 'tool-call', id: textAt(call, 'id'), name: textAt(fn, 'name') },
        textAt(fn, 'arguments'),
      );
  }
  return events;
};

const citationEvent = (value: JsonObject, index: number): ChatEvent[] => {
  const citation = readCitation(value);
  return citation ? [{ type: 'citation', index, citation }] : [];
};

interface Gathered {
  readonly block: Block;
  content: string;
}

/** Throws SpillwayError `stream_truncated` when the events do not end, or end in an error. */
export const writeReply = (events: readonly ChatEvent[]): JsonObject => {
  const blocks = new Map<number, Gathered>();
  const citations: JsonObject[] = [];
  const body: JsonObject = {};
  let billed: Json | undefined;
  let counted: Extract<ChatEvent, { type: 'usage' }> | undefined;
  for (const event of events) {
    if (event.type === 'start') body['id'] = event.id;
    else if (event.type === 'block-start')
      blocks.set(event.index, { block: event.block, content: '' });
    else if (event.type === 'block-delta') {
      const block = blocks.get(event.index);
      if (block) block.content += event.delta;
    } else if (event.type === 'citation') citations.push(writeCitation(event.citation));
    else if (event.type === 'extra' && event.dialect === DIALECT)
      billed = own(event.value, 'billed_units');
    else if (event.type === 'usage') counted = event;
    else if (event.type === 'finish') body['finish_reason'] = reasonWord(event.reason, event.raw);
  }
  if (body['finish_reason'] === undefined)
    throw new SpillwayError('stream_truncated', 'The reply ended before it was whole.');
  const message = writeMessage([...blocks.values()], citations);
  const usage = counted && { usage: writeUsage(counted.usage, billed) };
  return { ...body, message, ...usage };
};

const writeMessage = (blocks: readonly Gathered[], citations: JsonObject[]): JsonObject => {
  const calls = blocks.filter(({ block }) => block.kind === 'tool-call');
  const content = blocks.flatMap(({ block, content: text }): JsonObject[] => {
    if (block.kind === 'reasoning') return [{ type: 'thinking', thinking: text }];
    return block.kind === 'text' || block.kind === 'refusal' ? [{ type: 'text', text }] : [];
  });
  const texts = content.filter(({ type }) => type === 'text');
  const plan = calls.length > 0 ? texts.map((one) => textAt(one, 'text')).join('') : '';
  return {
    role: 'assistant',
    ...(plan !== '' && { tool_plan: plan }),
    content: plan === '' ? content : content.filter(({ type }) => type !== 'text'),
    ...(calls.length > 0 && { tool_calls: calls.flatMap(writeCall) }),
    ...(citations.length > 0 && { citations }),
  };
};

const writeCall = ({ block, content }: Gathered): JsonObject[] =>
  block.kind === 'tool-call'
    ? [
        {
          id: block.id,
          type: 'function',
          function: { name: block.name, arguments: content },
        },
      ]
    : [];
