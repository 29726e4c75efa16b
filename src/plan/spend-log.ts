import { isObject, type Json, type JsonObject, own, valueAt } from '#core/json.ts';
import {
  BrokenLine,
  countOf,
  instantOf,
  isDemand,
  type LineRead,
  textOf,
} from '#plan/log-fields.ts';
import type { LoggedRequest } from '#plan/traffic.ts';

/** Enough of a key's digest to tell keys apart. */
const KEY_CHARS = 12;

export const isSpendRow = (fields: JsonObject): boolean => own(fields, 'startTime') !== undefined;

/** A row of LiteLLM's table of spend logs, as its database exports it. Throws BrokenLine. */
export const readSpendRow = (fields: JsonObject, line: number): LineRead<LoggedRequest> => {
  const wallMs = instantOf('startTime', own(fields, 'startTime'));
  const endText = textOf(own(fields, 'endTime'));
  const tookMs = endText === '' ? undefined : instantOf('endTime', endText) - wallMs;
  const model = textOf(own(fields, 'model_group')) || textOf(own(fields, 'model'));
  const status = statusOf(fields);
  if (!isDemand(status)) return { status };
  if (model === '') throw new BrokenLine('model_group must name a model');
  const input = countOf('prompt_tokens', own(fields, 'prompt_tokens'));
  const output = countOf('completion_tokens', own(fields, 'completion_tokens'));
  const isServed = status < 300;
  return {
    request: {
      line,
      wallMs,
      model,
      key: textOf(own(fields, 'api_key')).slice(0, KEY_CHARS),
      user: textOf(own(fields, 'end_user')) || textOf(own(fields, 'user')),
      priority: 'interactive',
      stream: textOf(own(fields, 'completionStartTime')) !== '',
      // A call that failed is written with no tokens.
      ...(input !== undefined && input > 0 && { inputTokens: input }),
      ...(isServed && output !== undefined && { outputTokens: output }),
      ...(isServed && tookMs !== undefined && tookMs >= 0 && { tookMs }),
    },
  };
};

/**
 * The status that its metadata tell, also of one whose caller left, which was no failure; 500 of a failure
 * of which they tell none, which is replayed.
 */
const statusOf = (fields: JsonObject): number => {
  const code = Number(
    textOf(valueAt(metadataOf(fields), ['error_information', 'error_code']) ?? ''),
  );
  if (code >= 400 && code < 600) return code;
  return textOf(own(fields, 'status')) === 'failure' ? 500 : 200;
};

const metadataOf = (fields: JsonObject): JsonObject => {
  let metadata: Json | undefined = own(fields, 'metadata');
  if (typeof metadata === 'string')
    try {
      metadata = JSON.parse(metadata) as Json;
    } catch {
      return {};
    }
  return isObject(metadata) ? metadata : {};
};
