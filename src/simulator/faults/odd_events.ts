import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { writeSse } from '#wire/framing/sse.ts';
import { choicesOf, chunkOf } from '#simulator/faults/chunk.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'odd_events',
  about: 'events that are strange and still mean something',
  example: '{kind: odd_events, what: empty_choices}',
  options: {
    what: z.enum(['empty_choices', 'null_delta', 'no_id', 'unknown_fields', 'unmarked_tools']),
  },
  strike: ({ what }) => ({
    event(data, { index }) {
      const chunk = chunkOf(data);
      if (chunk === undefined) return [writeSse(data)];
      const odd = ODD[what](chunk);
      // An extra event stands between the first and the second one.
      const extra = what === 'empty_choices' || what === 'null_delta';
      const both = index === 0 ? [data, JSON.stringify(odd)] : [data];
      return (extra ? both : [JSON.stringify(odd)]).map(writeSse);
    },
  }),
});

const UNKNOWN = { x_unknown: { nested: [1, null, 'text'] } };

const ODD = {
  empty_choices: (chunk: JsonObject): JsonObject => ({ ...chunk, choices: [] }),
  null_delta: (chunk: JsonObject): JsonObject => ({
    ...chunk,
    choices: [{ index: 0, delta: null, finish_reason: null }],
  }),
  no_id: ({ id: _, created: __, model: ___, ...chunk }: JsonObject): JsonObject => chunk,
  unknown_fields: (chunk: JsonObject): JsonObject => ({
    ...chunk,
    ...UNKNOWN,
    choices: choicesOf(chunk).map((choice) => ({ ...choice, ...UNKNOWN })),
  }),
  unmarked_tools: (chunk: JsonObject): JsonObject => ({
    ...chunk,
    choices: choicesOf(chunk).map((choice) => ({ ...choice, delta: unmarked(choice['delta']) })),
  }),
};

/** Calls of tools without the index that tells them apart. */
const unmarked = (delta: JsonObject[string] | undefined): JsonObject => {
  if (!isObject(delta)) return {};
  const calls = delta['tool_calls'];
  if (!Array.isArray(calls)) return delta;
  const bare = calls.filter(isObject).map(({ index: _, ...call }) => call);
  return { ...delta, tool_calls: bare };
};
