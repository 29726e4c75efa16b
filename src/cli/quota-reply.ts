import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { z } from '#core/schema.ts';

const amount = z.number();

const limit = z.object({
  dimension: z.string(),
  limit: amount,
  window_s: amount,
  capacity: amount,
  level: amount,
  known_from: z.string(),
});

const schema = z.object({
  groups: z.array(
    z.object({
      group: z.string(),
      deployments: amount,
      pools: amount,
      per_minute: z.record(z.string(), amount),
    }),
  ),
  pools: z.array(
    z.object({
      title: z.string(),
      model: z.string().optional(),
      sharing: z.string().optional(),
      in_flight: amount,
      blocked_s: amount,
      limits: z.array(limit),
    }),
  ),
  queues: z.array(
    z.object({
      requests: amount,
      tokens: amount,
      tenants: z.array(
        z.object({
          key: z.string(),
          user: z.string(),
          priority: z.string(),
          requests: amount,
          tokens: amount,
          oldest_s: amount,
        }),
      ),
    }),
  ),
});

/** What a gateway says of its quotas, as far as it is drawn. */
export type QuotaReply = z.infer<typeof schema>;

/** Throws SpillwayError when what answered is no gateway of ours, or not of this version. */
export const readQuotaReply = (body: Json, url: string): QuotaReply => {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new SpillwayError(
    'upstream_invalid',
    `What answers at ${url} does not say its quotas as this version of Spillway does; name another ` +
      'place with --url, or take the same version on both sides.',
  );
};
