import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { callersReply } from '#gateway/console/kept-shapes.ts';
import { wordOf } from '#keys/pass.ts';
import type { Registry } from '#keys/registry.ts';

const MOST_WORDS = 200;
const LONGEST = 64 * MOST_WORDS;

/** Requests and lines know keys by a word: what people call those keys. */
export const callersRoute = ({ directory }: Registry): AnyControlRoute =>
  controlRoute({
    method: 'get',
    path: '/spillway/callers',
    access: 'viewer',
    summary: 'The names of the keys in requests; at most 200, separated by commas.',
    query: z.object({ words: z.string().max(LONGEST) }),
    reply: callersReply,
    serve({ query }) {
      const wanted = new Set(query.words.split(',').slice(0, MOST_WORDS));
      const names: Record<string, string> = {};
      for (const key of directory.keys.all()) {
        const word = wordOf(key.token);
        if (wanted.has(word)) names[word] = key.key_alias ?? key.key_name;
      }
      return { names };
    },
  });
