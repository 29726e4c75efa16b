import { SpillwayError } from '#core/errors.ts';
import { type Json, isObject, own } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import { failureOf } from '#wire/openai-responses/error.ts';
import { type Said, blocksOf, extraOf, finishOf, startOf } from '#wire/openai-responses/output.ts';
import { readUsage } from '#wire/openai-responses/usage.ts';

export const readReply = (body: Json): ChatEvent[] => {
  if (!isObject(body) || !Array.isArray(own(body, 'output')))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without an output; try again.',
    );
  const events: ChatEvent[] = [startOf(body)];
  const failure = failureOf(body);
  const said = blocksOf(body);
  for (const [index, one] of said.entries()) events.push(...eventsOf(one, index));
  if (failure) return [...events, { type: 'error', error: failure }];
  const extra = extraOf(body);
  if (extra) events.push(extra);
  const usage = readUsage(own(body, 'usage'));
  if (usage) events.push({ type: 'usage', usage });
  const callsTools = said.some(({ block }) => block.kind === 'tool-call');
  return [...events, finishOf(body, callsTools)];
};

export const eventsOf = (
  { block, content, signature, citations = [], logprobs }: Said,
  index: number,
): ChatEvent[] => [
  { type: 'block-start', index, block },
  ...(content === '' ? [] : [{ type: 'block-delta', index, delta: content } as const]),
  ...citations.map((citation) => ({ type: 'citation', index, citation }) as const),
  ...(logprobs ? [{ type: 'logprobs', index, value: logprobs } as const] : []),
  { type: 'block-end', index, ...(signature !== undefined && { signature }) },
];
