import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { choicesOf, chunkOf } from '#simulator/faults/chunk.ts';
import { defineFault } from '#simulator/faults/fault.ts';

export default defineFault({
  name: 'odd_events',
  about: 'events that are strange and still mean something',
  example: '{kind: odd_events, what: empty_choices}',
  options: {
    what: z.enum([
      'empty_choices',
      'null_delta',
      'no_id',
      'unknown_fields',
      'unmarked_tools',
      'interleaved_tools',
    ]),
  },
  strike: ({ what }) => ({
    ...(what === 'unknown_fields' && {
      whole: (text: string) => JSON.stringify(withUnknown(JSON.parse(text) as JsonObject)),
    }),
    event(data, { index, frame }) {
      const chunk = chunkOf(data);
      const events =
        chunk === undefined ? [] : ODD[what](chunk, index).map((odd) => JSON.stringify(odd));
      return (events.length > 0 ? events : [data]).map(frame);
    },
  }),
});

/** What stands in the place of an event; nothing where it stays as it is. */
type Oddity = (chunk: JsonObject, index: number) => JsonObject[];

const UNKNOWN = { x_unknown: { nested: [1, null, 'text'] } };

const withUnknown = (chunk: JsonObject): JsonObject => ({
  ...chunk,
  ...UNKNOWN,
  choices: choicesOf(chunk).map((choice) => ({ ...choice, ...UNKNOWN })),
});

/** An extra event between the first and the second one. */
const behindFirst =
  (odd: JsonObject): Oddity =>
  (chunk, index) =>
    index === 0 ? [chunk, { ...chunk, ...odd }] : [];

const ODD = {
  empty_choices: behindFirst({ choices: [] }),
  null_delta: behindFirst({ choices: [{ index: 0, delta: null, finish_reason: null }] }),
  no_id: ({ id: _, created: __, model: ___, ...chunk }) => [chunk],
  unknown_fields: (chunk) => [withUnknown(chunk)],
  unmarked_tools: (chunk) => [withCalls(chunk, ({ index: _, ...call }) => call)],
  interleaved_tools: (chunk) =>
    hasCalls(chunk) ? [chunk, withCalls(chunk, (call) => ({ ...call, ...secondOf(call) }))] : [],
} satisfies Record<string, Oddity>;

/** The same call once more, as another one. */
const secondOf = ({ id }: JsonObject): JsonObject => ({
  index: 1,
  ...(typeof id === 'string' && { id: `${id}second` }),
});

const callsOf = (choice: JsonObject): JsonObject[] => {
  const delta = choice['delta'];
  const calls = isObject(delta) ? delta['tool_calls'] : undefined;
  return Array.isArray(calls) ? calls.filter(isObject) : [];
};

const hasCalls = (chunk: JsonObject): boolean =>
  choicesOf(chunk).some((choice) => callsOf(choice).length > 0);

const withCalls = (chunk: JsonObject, change: (call: JsonObject) => JsonObject): JsonObject => ({
  ...chunk,
  choices: choicesOf(chunk).map((choice) => {
    const calls = callsOf(choice);
    if (calls.length === 0) return choice;
    return { ...choice, delta: { tool_calls: calls.map(change) } };
  }),
});
