import { expect, it } from 'vitest';
import type { MemoryPressure } from '#core/memory-pressure.ts';
import { QueueRoom } from '#shared/queue-limits.ts';

const limits = {
  maxRequests: 10,
  maxBytes: 1_000,
  tenantShare: 1,
  batchShare: 0.1,
  beforeFallbackMs: 0,
};

it('lets fewer wait the less memory there is', () => {
  let memory: MemoryPressure = 'none';
  const room = new QueueRoom(limits, () => memory);
  const asks = (priority: 'interactive' | 'batch') =>
    room.refusal({ tenant: { key: 'k', user: '' }, bytes: 1, priority })?.message;
  expect([asks('interactive'), asks('batch')]).toEqual([undefined, undefined]);
  memory = 'some';
  expect(asks('interactive')).toBeUndefined();
  expect(asks('batch')).toContain('Memory runs short');
  memory = 'much';
  expect(asks('interactive')).toContain('Memory runs short');
});

it.each([
  ['max_requests', 'Too many requests', { maxRequests: 2 }, 100],
  ['max_bytes', 'too large together', { maxBytes: 250 }, 100],
  ['tenant_share', 'This key', { tenantShare: 0.1 }, 100],
])('names the setting that is in the way: %s', (setting, says, given, bytes) => {
  const room = new QueueRoom({ ...limits, ...given });
  const of = (key: string) =>
    ({ tenant: { key, user: '' }, bytes, priority: 'interactive' }) as const;
  room.enter(of('one'));
  room.enter(of('two'));
  const refused = room.refusal(of('one'));
  expect(refused?.message).toContain(says);
  expect(refused?.message).toContain(`spillway_settings.queue.${setting}.`);
});
