import { z } from '#core/schema.ts';
import { groupName } from '#config/group-name.ts';
import type { QueueSettings } from '#config/loaded-quota.ts';
import { decimal, milliseconds, whole } from '#config/values.ts';

const MEBIBYTE = 1024 * 1024;

const DEFAULTS = {
  // Reverse proxies give up after 60 s: half of that leaves the vendor time to answer.
  waitS: 30,
  maxRequests: 10_000,
  maxBytes: 256 * MEBIBYTE,
  tenantShare: 0.2,
  batchShare: 0.1,
};

/** Longest wait that makes sense: an hour. */
const wait = decimal(0, 3600).optional();

/** `spillway_settings.queue`. */
export const queueSchema = (groups: ReadonlySet<string>) =>
  z.strictObject({
    wait_s: wait,
    max_requests: whole(0, 1_000_000).optional(),
    max_bytes: whole(0, 64 * 1024 * MEBIBYTE).optional(),
    before_fallback_ms: whole(0, 3_600_000).optional(),
    tenant_share: decimal(0.001, 1).optional(),
    heartbeat_s: decimal(1, 3600).nullish(),
    priorities: z
      .strictObject({ batch: z.strictObject({ share: decimal(0, 0.9) }).optional() })
      .nullish(),
    groups: z.record(groupName(groups), z.strictObject({ wait_s: wait })).nullish(),
  });

type Written = z.infer<ReturnType<typeof queueSchema>>;

export const loadQueue = (written: Written | null | undefined): QueueSettings => {
  const { heartbeat_s: heartbeat } = written ?? {};
  const waitMs = milliseconds(written?.wait_s ?? DEFAULTS.waitS);
  // Clients choose the names that are looked up here: `constructor` must find nothing.
  const groups = Object.create(null) as Record<string, { readonly waitMs: number }>;
  for (const [group, { wait_s: own }] of Object.entries(written?.groups ?? {}))
    groups[group] = { waitMs: own === undefined ? waitMs : milliseconds(own) };
  return {
    waitMs,
    groups,
    maxRequests: written?.max_requests ?? DEFAULTS.maxRequests,
    maxBytes: written?.max_bytes ?? DEFAULTS.maxBytes,
    beforeFallbackMs: written?.before_fallback_ms ?? 0,
    tenantShare: written?.tenant_share ?? DEFAULTS.tenantShare,
    ...(heartbeat ? { heartbeatMs: milliseconds(heartbeat) } : {}),
    priorities: { batch: { share: written?.priorities?.batch?.share ?? DEFAULTS.batchShare } },
  };
};
