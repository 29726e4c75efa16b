import { expect, test } from 'vitest';
import { atTurnEnd } from '#core/turn-end.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { LargeBodies } from '#gateway/large-bodies.ts';

const MEBIBYTE = 1_048_576;
const here = { signal: new AbortController().signal, isBatch: false };

/** Room for three bodies of ten mebibytes. */
const open = () => {
  const clock = new VirtualClock();
  return { clock, bodies: new LargeBodies(clock, 300 * MEBIBYTE) };
};

/** What has become of it by now. */
const fateOf = (entering: Promise<() => void>): Promise<string> =>
  Promise.race([
    entering.then(
      () => 'in',
      (thrown: unknown) => (thrown as Error).message,
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('waits'))),
  ]);

test('bodies have room for half of the heap, and then wait for one another', async () => {
  const { bodies } = open();
  const entering = [1, 2, 3, 4, 5].map(() => bodies.enter(10 * MEBIBYTE, here));
  const fates = () => Promise.all(entering.map(fateOf));
  expect(await fates()).toEqual(['in', 'in', 'in', 'waits', 'waits']);
  (await entering[1])!();
  expect(await fates()).toEqual(['in', 'in', 'in', 'in', 'waits']);
  (await entering[3])!();
  expect(await fates()).toEqual(['in', 'in', 'in', 'in', 'in']);
});

test('nobody goes before who came first, and the largest comes in alone', async () => {
  const { bodies } = open();
  const leave = await bodies.enter(20 * MEBIBYTE, here);
  const large = bodies.enter(500 * MEBIBYTE, here);
  const late = bodies.enter(MEBIBYTE, here);
  expect([await fateOf(large), await fateOf(late)]).toEqual(['waits', 'waits']);
  leave();
  expect([await fateOf(large), await fateOf(late)]).toEqual(['in', 'waits']);
  (await large)();
  expect(await fateOf(late)).toBe('in');
});

test('who waits too long, has left or can be put off is refused, and holds nobody up', async () => {
  const { bodies, clock } = open();
  const leave = await bodies.enter(30 * MEBIBYTE, here);
  const left = new AbortController();
  const impatient = bodies.enter(MEBIBYTE, { ...here, signal: left.signal });
  const batch = bodies.enter(MEBIBYTE, { ...here, isBatch: true });
  const patient = bodies.enter(MEBIBYTE, here);
  left.abort(new Error('gone'));
  expect(await fateOf(impatient)).toBe('gone');
  expect(await fateOf(batch)).toContain('taken all the memory');
  const refused = expect(patient).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterMs: 5_000,
  });
  await clock.advance(10_000);
  await refused;
  leave();
  expect(await fateOf(bodies.enter(30 * MEBIBYTE, here))).toBe('in');
});

test('the event loop turns between the work on two of them', async () => {
  const { bodies } = open();
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const at = await Promise.all([1, 2, 3, 4].map(() => bodies.turn().then(() => turns)));
  isOver = true;
  expect(new Set(at).size).toBe(4);
});

test('what others are to hear goes out before a large body is worked on', async () => {
  const seen: string[] = [];
  const bodies = new LargeBodies(new VirtualClock(), 1_000);
  const work = bodies.turn().then(() => seen.push('work'));
  atTurnEnd('answer', () => seen.push('told'));
  await work;
  expect(seen).toEqual(['told', 'work']);
});
