import { isObject, own } from '#core/json.ts';
import { errorIn, parseMember } from '#wire/bedrock-converse/stream.ts';
import { readUsage } from '#wire/bedrock-converse/usage.ts';
import type { Passing } from '#wire/dialect.ts';

const NONE: readonly number[] = [];
const FIRST: readonly number[] = [0];

/** There is no end mark: the numbers come last. */
export const watch = (data: Buffer, begun: boolean): Passing => {
  const member = parseMember(data.toString('utf8'));
  const error = errorIn(member);
  if (error) return { kind: 'error', finished: NONE, error };
  const { name, value } = member;
  if (name === 'metadata') {
    const usage = readUsage(own(value, 'usage'));
    return { kind: 'usage', finished: NONE, ...(usage && { usage }) };
  }
  if (name === 'messageStop') return { kind: 'content', finished: FIRST };
  const speaks = name === 'contentBlockDelta' && isObject(own(value, 'delta'));
  const calls = name === 'contentBlockStart';
  return { kind: begun || speaks || calls ? 'content' : 'opening', finished: NONE };
};
