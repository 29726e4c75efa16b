import { describe, expect, it } from 'vitest';
import { DecisionBuilder } from '#balancer/decision.ts';
import { SpillwayError } from '#core/errors.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { type EventFilter, statusFilter } from '#gateway/event-filter.ts';
import { RequestEvents } from '#gateway/request-events.ts';

const request = (id: string, { group = 'g', deployment = 'PJ1', status = 200 } = {}) => {
  const decision = new DecisionBuilder(id, group, { policy: 'p', arrivedMs: 0 });
  decision.attemptStarted(deployment, 0);
  if (status === 200) decision.ended('ok', 200, 5);
  else decision.failed(new SpillwayError('rate_limited', 'full', { status }), 5);
  return { decision };
};

const world = () => {
  const clock = new VirtualClock();
  const events = new RequestEvents(clock);
  const watch = ({ filter = {}, perS = 100 }: { filter?: EventFilter; perS?: number } = {}) => {
    const seen = { ids: [] as unknown[], leftOut: [] as number[], ended: false, isBehind: false };
    const watching = events.watch({
      filter,
      perS,
      line: (text) => {
        seen.ids.push((JSON.parse(text) as { id: string }).id);
        return !seen.isBehind;
      },
      leftOut: (lines) => seen.leftOut.push(lines),
      end: () => {
        seen.ended = true;
      },
    });
    return { seen, watching };
  };
  return { clock, events, watch };
};

describe('RequestEvents', () => {
  it('shows each request to those whose filter it passes', () => {
    const { events, watch } = world();
    const all = watch();
    const some = watch({ filter: { group: 'h', deployment: 'PJ2', status: statusFilter('4xx') } });
    events.publish(request('a'));
    events.publish(request('b', { group: 'h', status: 429 }));
    events.publish(request('c', { group: 'h', deployment: 'PJ2', status: 429 }));
    events.publish(request('d', { group: 'h', deployment: 'PJ2' }));
    expect([all.seen.ids, some.seen.ids]).toEqual([['a', 'b', 'c', 'd'], ['c']]);
    all.watching.stop();
    events.publish(request('e'));
    expect(all.seen.ids).toHaveLength(4);
  });

  it('shows so many in a second, from all of it, and says how many it did not show', async () => {
    const { clock, events, watch } = world();
    const { seen } = watch({ perS: 20 });
    for (let i = 0; i < 1_000; i++) {
      events.publish(request(String(i)));
      await clock.advance(1);
    }
    expect(seen.ids).toHaveLength(20);
    expect(seen.ids.slice(0, 4)).toEqual(['0', '1', '100', '101']);
    await clock.advance(2_000);
    expect(seen.leftOut).toEqual([980]);
  });

  it('sends nothing to who is behind until it has caught up, and counts what that costs it', async () => {
    const { clock, events, watch } = world();
    const { seen, watching } = watch();
    seen.isBehind = true;
    for (const id of ['a', 'b', 'c']) events.publish(request(id));
    await clock.advance(1_000);
    expect(seen).toMatchObject({ ids: ['a'], leftOut: [] });
    seen.isBehind = false;
    watching.caughtUp();
    events.publish(request('d'));
    events.publish(request('e'));
    expect(seen.ids).toEqual(['a', 'd', 'e']);
    seen.isBehind = true;
    for (const id of ['f', 'g']) events.publish(request(id));
    seen.isBehind = false;
    watching.caughtUp();
    await clock.advance(1_000);
    expect(seen.leftOut).toEqual([3]);
  });

  it('lets so many watch and no more, and ends all of them', () => {
    const { events, watch } = world();
    const all = Array.from({ length: 64 }, () => watch());
    expect(() => watch()).toThrow('64 watch the requests already');
    all[0]!.watching.stop();
    all.push(watch());
    events.close();
    expect(all.map(({ seen }) => seen.ended)).toEqual([false, ...Array(64).fill(true)]);
    expect(() => watch()).toThrow('stopping');
  });
});

it.each([
  ['429', [429], [428, 200]],
  ['5xx', [500, 599], [499, 600, 5]],
  ['error', [400, 503], [399, 200, 0]],
])('the status filter %s', (text, passing, others) => {
  const filter = statusFilter(text);
  expect([passing.every(filter), others.some(filter)]).toEqual([true, false]);
});

it.each(['', '42', '6xx', 'errors', '4XX'])('%j is no status filter', (text) => {
  expect(() => statusFilter(text)).toThrow('`status` must be a status such as 429');
});
