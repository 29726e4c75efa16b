import { own, valueAt } from '#core/json.ts';
import { DONE, endOf, parseChunk } from '#wire/cohere-chat/stream.ts';
import { readUsage } from '#wire/cohere-chat/usage.ts';
import type { Passing } from '#wire/dialect.ts';

const NONE: readonly number[] = [];
const FIRST: readonly number[] = [0];

const SPEAKS = new Set([
  'tool-plan-delta',
  'content-delta',
  'content-start',
  'tool-call-start',
  'tool-call-delta',
  'citation-start',
]);

export const watch = (data: Buffer, begun: boolean): Passing => {
  const text = data.toString('utf8');
  if (text === DONE) return { kind: 'done', finished: NONE };
  const chunk = parseChunk(text);
  const type = own(chunk, 'type');
  if (type === 'message-end') {
    const end = endOf(chunk);
    if (end.type === 'error') return { kind: 'error', finished: NONE, error: end.error };
    const usage = readUsage(valueAt(chunk, ['delta', 'usage']));
    return { kind: 'content', finished: FIRST, ...(usage && { usage }) };
  }
  const speaks = typeof type === 'string' && SPEAKS.has(type);
  return { kind: begun || speaks ? 'content' : 'opening', finished: NONE };
};
