import type { Json, JsonObject } from '#core/json.ts';
import { isObject, own } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { choicesOf, chunkOf } from '#simulator/faults/chunk.ts';
import type { Place } from '#simulator/faults/effect.ts';
import { defineFault } from '#simulator/faults/fault.ts';

const HUGE = 1e18;

export default defineFault({
  name: 'usage',
  about: 'usage that is missing, comes with every event as it grows, or cannot be',
  example: '{kind: usage, as: repeated}',
  options: { as: z.enum(['missing', 'repeated', 'null', 'negative', 'text', 'huge']) },
  strike: ({ as }) => ({
    whole(text) {
      const body = chunkOf(text);
      return body === undefined ? text : JSON.stringify(edited(body, as));
    },
    event(data, place) {
      const chunk = chunkOf(data);
      if (chunk === undefined) return [place.frame(data)];
      if (as === 'repeated')
        return [place.frame(JSON.stringify({ ...chunk, usage: soFar(place) }))];
      // The event that there is for the sake of usage alone.
      const isEmpty = Object.hasOwn(chunk, 'choices') && choicesOf(chunk).length === 0;
      if (as === 'missing' && isEmpty) return [];
      return [place.frame(JSON.stringify(edited(chunk, as)))];
    },
  }),
});

const soFar = ({ inputTokens, outputTokens }: Place): JsonObject => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

const edited = (body: JsonObject, as: string): JsonObject => {
  const usage = own(body, 'usage');
  if (!isObject(usage)) return body;
  const { usage: _, ...others } = body;
  if (as === 'missing') return others;
  if (as === 'null') return { ...body, usage: null };
  const counts = Object.entries(usage).map(([name, count]) => [name, wrong(count, as)]);
  return { ...body, usage: Object.fromEntries(counts) as JsonObject };
};

const wrong = (count: Json, as: string): Json => {
  if (typeof count !== 'number') return count;
  if (as === 'negative') return -1 - count;
  return as === 'huge' ? HUGE : as === 'text' ? String(count) : count;
};
