import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';
import { headerFields } from '#simulator/faults/header-fields.ts';

export default defineFault({
  name: 'headers',
  about: 'headers that lie, or that are missing',
  example: "{kind: headers, set: {x-ratelimit-remaining-tokens: '-5'}, drop: [retry-after]}",
  options: {
    set: headerFields.default({}),
    drop: z.array(z.string().max(1000)).max(1000).default([]),
  },
  strike: ({ set, drop }) => ({
    head({ status, headers }) {
      const gone = new Set([...drop, ...Object.keys(set)].map((name) => name.toLowerCase()));
      const kept = Object.entries(headers).filter(([name]) => !gone.has(name.toLowerCase()));
      return { status, headers: { ...Object.fromEntries(kept), ...set } };
    },
  }),
});
