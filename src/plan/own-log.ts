import { type JsonObject, own } from '#core/json.ts';
import {
  BrokenLine,
  countOf,
  instantOf,
  isDemand,
  type LineRead,
  textOf,
} from '#plan/log-fields.ts';
import type { LoggedRequest } from '#plan/traffic.ts';

export const isOwnLine = (fields: JsonObject): boolean =>
  own(fields, 'time') !== undefined && own(fields, 'group') !== undefined;

/** A record of our own log. Throws BrokenLine. */
export const readOwnLine = (fields: JsonObject, line: number): LineRead<LoggedRequest> => {
  const count = (name: string): number | undefined => countOf(name, own(fields, name));
  const wallMs = instantOf('time', own(fields, 'time'));
  const status = count('status') ?? 200;
  const model = textOf(own(fields, 'group'));
  if (model === '' || !isDemand(status)) return { status };
  const input = count('input_tokens') ?? count('estimated_input_tokens');
  const output = count('output_tokens');
  const most = count('max_output_tokens');
  const [total, queue = 0] = [count('total_ms'), count('queue_ms')];
  const priority = own(fields, 'priority') ?? 'interactive';
  if (priority !== 'interactive' && priority !== 'batch')
    throw new BrokenLine('priority must be interactive or batch');
  const isServed = status < 300;
  return {
    request: {
      line,
      wallMs,
      model,
      key: textOf(own(fields, 'key')),
      user: textOf(own(fields, 'user')),
      priority,
      stream: own(fields, 'stream') === true,
      ...(input !== undefined && { inputTokens: input }),
      ...(most !== undefined && most >= 1 && { maxOutputTokens: Math.floor(most) }),
      // What was refused tells nothing of how long it would have taken.
      ...(isServed && output !== undefined && { outputTokens: output }),
      ...(isServed && total !== undefined && { tookMs: Math.max(0, total - queue) }),
    },
  };
};
