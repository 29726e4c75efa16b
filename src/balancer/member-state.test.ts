import { describe, expect, it } from 'vitest';
import { MemberState } from '#balancer/member-state.ts';
import type { Clock } from '#core/clock.ts';
import { VirtualClock } from '#core/virtual-clock.ts';

const ONE = { requests: 1, tokens: 10 };

describe('what a deployment was given in this minute', () => {
  it('begins anew with each minute of the wall clock', async () => {
    const clock = new VirtualClock(5_000, 60_000 * 9 + 30_000);
    const state = new MemberState(['a']);
    const at = () => ({ clock, now: clock.now() });
    state.used(at(), ONE);
    await clock.advance(29_999);
    state.used(at(), ONE);
    expect(state.minute(at())).toEqual({ requests: 2, tokens: 20 });
    await clock.advance(1);
    expect(state.minute(at())).toEqual({ requests: 0, tokens: 0 });
    state.used(at(), ONE);
    await clock.advance(59_999);
    expect(state.minute(at())).toEqual(ONE);
    await clock.advance(1);
    expect(state.minute(at())).toEqual({ requests: 0, tokens: 0 });
  });

  it('ends no earlier where the wall clock is slow', () => {
    let wallMs = 60_000 * 9;
    const clock: Clock = { now: () => 0, wall: () => wallMs, after: () => () => {} };
    const state = new MemberState(['a']);
    state.used({ clock, now: 0 }, ONE);
    wallMs += 59_990;
    state.used({ clock, now: 60_000 }, ONE);
    expect(state.minute({ clock, now: 60_001 })).toEqual({ requests: 2, tokens: 20 });
    wallMs += 10;
    expect(state.minute({ clock, now: 60_010 })).toEqual({ requests: 0, tokens: 0 });
  });
});
