import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block, ChatEvent, Citation, FinishEvent } from '#wire/chat-event.ts';
import { rest } from '#wire/check.ts';
import { textAt } from '#core/fields.ts';
import { NAME } from '#wire/openai-responses/name.ts';
import { thoughtText } from '#wire/openai-responses/read-items.ts';
import { readSeal } from '#wire/openai-responses/seal.ts';
import { whole } from '#wire/openai-responses/usage.ts';

/** One block of an answer, complete. */
export interface Said {
  readonly block: Block;
  readonly content: string;
  readonly signature?: string;
  readonly citations?: readonly Citation[];
  readonly logprobs?: JsonObject | undefined;
}

/** The items of an answer that the hub has words for, as blocks. */
export const blocksOf = (response: JsonObject): Said[] => outputOf(response).flatMap(saidBy);

const outputOf = (response: JsonObject): JsonObject[] => {
  const output = own(response, 'output');
  return Array.isArray(output) ? output.filter(isObject) : [];
};

const saidBy = (item: JsonObject): Said[] => {
  const type = own(item, 'type');
  if (type === 'message') return messageOf(item);
  if (type === 'function_call')
    return [{ block: callBlock(item), content: textAt(item, 'arguments') }];
  if (type === 'reasoning') {
    const { block, signature } = thoughtBlock(item);
    return [{ block, content: thoughtText(item), ...(signature !== undefined && { signature }) }];
  }
  return type === 'image_generation_call' ? imageOf(item) : [];
};

export const callBlock = (item: JsonObject): Block => ({
  kind: 'tool-call',
  id: textAt(item, 'call_id'),
  name: textAt(item, 'name'),
});

export const thoughtBlock = (
  item: JsonObject,
): { readonly block: Block; readonly signature?: string } => {
  const id = textAt(item, 'id');
  const { redacted, signature } = readSeal(textAt(item, 'encrypted_content'));
  return {
    block: {
      kind: 'reasoning',
      ...(redacted !== undefined && { redacted }),
      ...(id !== '' && { id }),
    },
    ...(signature !== undefined && { signature }),
  };
};

const messageOf = (item: JsonObject): Said[] => {
  const content = own(item, 'content');
  return (Array.isArray(content) ? content.filter(isObject) : []).flatMap((part): Said[] => {
    const type = own(part, 'type');
    if (type === 'refusal')
      return [{ block: { kind: 'refusal' }, content: textAt(part, 'refusal') }];
    if (type !== 'output_text') return [];
    const annotations = own(part, 'annotations');
    return [
      {
        block: { kind: 'text' },
        content: textAt(part, 'text'),
        citations: (Array.isArray(annotations) ? annotations : []).flatMap(citationOf),
        logprobs: logprobsOf(part),
      },
    ];
  });
};

const IMAGE_FORMAT = 'png';

export const imageOf = (item: JsonObject): Said[] => {
  const content = textAt(item, 'result');
  if (content === '') return [];
  const mediaType = `image/${textAt(item, 'output_format') || IMAGE_FORMAT}`;
  return [{ block: { kind: 'image', mediaType }, content }];
};

/** As chat completions give them. */
export const logprobsOf = (part: JsonObject): JsonObject | undefined => {
  const content = own(part, 'logprobs');
  return Array.isArray(content) && content.length > 0 ? { content } : undefined;
};

const CITED = new Set(['type', 'url', 'title', 'start_index', 'end_index']);

export const citationOf = (annotation: Json): Citation[] => {
  if (!isObject(annotation)) return [];
  if (own(annotation, 'type') !== 'url_citation') return [{ extra: annotation }];
  const [from, to] = [own(annotation, 'start_index'), own(annotation, 'end_index')].map(whole);
  const title = textAt(annotation, 'title');
  const extra = rest(annotation, CITED);
  return [
    {
      url: textAt(annotation, 'url'),
      ...(title !== '' && { title }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(Object.keys(extra).length > 0 && { extra }),
    },
  ];
};

/** A citation again; what has no URL is told as its own vendor told it. */
export const annotationOf = ({ url, title = '', text, from, to, extra }: Citation): JsonObject =>
  url === undefined && text === undefined && extra
    ? extra
    : {
        type: 'url_citation',
        url: url ?? '',
        title,
        ...(from !== undefined && { start_index: from }),
        ...(to !== undefined && { end_index: to }),
        ...extra,
      };

const SPOKEN = new Set(['message', 'function_call', 'reasoning', 'image_generation_call']);

/** Items that only this dialect knows, and what it says of how it served the request. */
export const extraOf = (
  response: JsonObject,
): Extract<ChatEvent, { type: 'extra' }> | undefined => {
  const items = outputOf(response).filter((item) => !SPOKEN.has(textAt(item, 'type')));
  const tier = textAt(response, 'service_tier');
  if (items.length === 0 && tier === '') return undefined;
  const value = { ...(tier !== '' && { service_tier: tier }), ...(items.length > 0 && { items }) };
  return { type: 'extra', dialect: NAME, value };
};

export const startOf = (response: JsonObject): ChatEvent => ({
  type: 'start',
  id: textAt(response, 'id'),
  model: textAt(response, 'model'),
  created: whole(own(response, 'created_at')) ?? 0,
});

/** What a response that has ended says of its end. */
export const finishOf = (response: JsonObject, callsTools: boolean): FinishEvent => {
  const status = textAt(response, 'status');
  const details = own(response, 'incomplete_details');
  const reason = isObject(details) ? textAt(details, 'reason') : '';
  if (status === 'incomplete' || reason !== '')
    return { type: 'finish', reason: INCOMPLETE.get(reason) ?? 'other', raw: reason || status };
  // A response that has only begun is no answer yet.
  if (status !== 'completed' && status !== '')
    return { type: 'finish', reason: 'other', raw: status };
  return { type: 'finish', reason: callsTools ? 'tool-calls' : 'stop', raw: status };
};

const INCOMPLETE = new Map<string, FinishEvent['reason']>([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content-filter'],
]);
