import { describe, expect, it } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { Heartbeats } from '#gateway/heartbeats.ts';

const setUp = () => {
  const clock = new VirtualClock();
  const said: string[] = [];
  const beats = new Heartbeats({
    clock,
    everyMs: 1_000,
    open: () => void said.push(`open ${clock.now()}`),
    write: (comment) => void said.push(`${comment.trim()} ${clock.now()}`),
  });
  return { clock, said, beats };
};

describe('heartbeats', () => {
  it('begin when a request has waited for so long, and go on until its answer begins', async () => {
    const { clock, said, beats } = setUp();
    beats.entered();
    await clock.advance(999);
    expect([said, beats.hasBegun]).toEqual([[], false]);
    await clock.advance(1_001);
    beats.left();
    await clock.advance(1_000);
    beats.over();
    await clock.advance(5_000);
    expect(said).toEqual(['open 1000', ': waiting 1000', ': waiting 2000', ': waiting 3000']);
    expect(beats.hasBegun).toBe(true);
  });

  it('do not begin for one whose turn comes before', async () => {
    const { clock, said, beats } = setUp();
    beats.entered();
    await clock.advance(500);
    beats.left();
    await clock.advance(5_000);
    beats.entered();
    await clock.advance(999);
    beats.over();
    beats.entered();
    await clock.advance(5_000);
    expect(said).toEqual([]);
  });
});
