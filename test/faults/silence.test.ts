import { describe, expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { WAYS, faultyWorlds } from './kit.ts';

const open = faultyWorlds();

/** A whole answer has no time for its first byte: the deployment's own is its bound. */
const TOTAL_MS = 90_000;
/** How soon a socket connects is the machine's matter: a slow one must not use up time that is played. */
const CONNECT_MS = 86_400_000;
const TIMEOUTS = { connectMs: CONNECT_MS, firstByteMs: 60_000, betweenChunksMs: 60_000 };

/** A gateway whose time passes when the test says so. */
const inStillTime = async () => {
  const clock = new VirtualClock();
  const world = await open({
    clock,
    deployments: { timeoutMs: TOTAL_MS },
    config: { timeouts: TIMEOUTS },
  });
  /** Lets time pass in steps, with a breath for the sockets after each, until `work` is done. */
  const pass = async <T>(
    work: Promise<T>,
    { stepMs = 1_000, each }: { stepMs?: number; each?: () => Promise<void> } = {},
  ): Promise<T> => {
    const over = work.then(
      () => true,
      () => true,
    );
    const breath = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 2));
    while (!(await Promise.race([over, breath()]))) {
      await each?.();
      await clock.advance(stepMs);
    }
    return work;
  };
  return { ...world, clock, pass };
};

describe.each(WAYS)('%s: an upstream', (_, stream) => {
  const limitMs = stream ? TIMEOUTS.firstByteMs : TOTAL_MS;

  test.each([
    ['4 that never answers', { kind: 'never_respond' }],
    ['7 that stops after its headers', { kind: 'stall' }],
  ])('%s is given up in time, and another one answers', async (_name, fault) => {
    const world = await inStillTime();
    await world.fault(fault);
    const heard = await world.pass(world.ask({ stream }));
    expect(heard).toMatchObject({ status: 200, isWhole: true });
    expect(heard.headers.get('x-spillway-deployment')).toBe('b');
    expect(world.clock.now()).toBeGreaterThanOrEqual(limitMs);
    expect(world.clock.now()).toBeLessThan(limitMs + 10_000);
    expect(world.inFlight()).toBe(0);
  });

  test('5 that vanishes in the middle is given up after a silence, and its place is free', async () => {
    const world = await inStillTime();
    await world.fault({ kind: 'stall', after_bytes: stream ? 700 : 50 });
    const heard = await world.pass(world.ask({ stream }));
    expect(world.clock.now()).toBeGreaterThanOrEqual(TIMEOUTS.betweenChunksMs);
    expect(world.clock.now()).toBeLessThan(TIMEOUTS.betweenChunksMs + 10_000);
    expect(world.inFlight()).toBe(0);
    if (!stream) return expect(heard.headers.get('x-spillway-deployment')).toBe('b');
    expect(heard.words).not.toBe('');
    expect(heard.isWhole).toBe(false);
    expect(heard.error!['message']).toContain('went silent for 60 s');
  });

  test('6 that drips is never silent, and ends with its time', async () => {
    const world = await inStillTime();
    await world.fault({ kind: 'slow_bytes', bytes: 1, every_ms: 10_000 });
    // In step with the clock of who listens: however slow the machine is, it is never silent for long.
    const each = (): Promise<void> => world.played.clock.advance(10_000);
    const asked = world.ask({ stream, num_retries: 0 });
    const heard = await world.pass(asked, { stepMs: 5_000, each });
    expect(heard.status).toBe(408);
    expect(heard.error!['message']).toContain('did not finish within 90 s');
    expect(world.clock.now()).toBeGreaterThanOrEqual(TOTAL_MS);
    expect(world.inFlight()).toBe(0);
  });
});
