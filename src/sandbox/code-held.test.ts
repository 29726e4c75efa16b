import { expect, test } from 'vitest';
import { systemClock } from '#core/clock.ts';
import { CodeHttp, HeldBytes, HOLDS_TOO_MUCH, MOST_HELD } from '#sandbox/code-http.ts';
import { runJavascript } from '#sandbox/javascript.ts';

const MB = 1024 * 1024;
const large = JSON.stringify({ method: 'GET', url: 'http://a.example/', body: 'A'.repeat(5 * MB) });

/** Requests that nobody answers until they are told to. */
const openRequests = () => {
  const counts: ((bytes: number) => void)[] = [];
  const answers: (() => void)[] = [];
  const all = new HeldBytes();
  const program = () =>
    new CodeHttp(
      ({ count }) => {
        counts.push(count!);
        return new Promise((resolve) => {
          answers.push(() => resolve({ status: 200, headers: {}, body: new Uint8Array(0) }));
        });
      },
      1000,
      all,
    );
  const answerAll = (): void => answers.splice(0).forEach((answer) => answer());
  return { program, all, counts, answerAll };
};

test('requests of one program hold no more than a few of the largest, and make room when they end', async () => {
  const { program, all, answerAll } = openRequests();
  const http = program();
  const underWay = [1, 2, 3].map(() => http.ask(large));
  expect(JSON.parse(await http.ask(large))).toEqual({ error: HOLDS_TOO_MUCH, kind: 'too_large' });
  answerAll();
  await Promise.all(underWay);
  expect(all.bytes).toBe(0);
  const again = http.ask(large);
  answerAll();
  expect(JSON.parse(await again)).toMatchObject({ status: 200 });
});

test('what comes of an answer counts while it comes', async () => {
  const { program, all, counts, answerAll } = openRequests();
  const http = program();
  const underWay = [1, 2, 3].map(() => http.ask(large));
  counts[0]!(MB);
  expect(all.bytes).toBeGreaterThan(16 * MB);
  all.hold(46 * MB);
  expect(() => counts[1]!(2 * MB)).toThrow('Requests of all code hold 64 MB already');
  all.bytes -= 46 * MB;
  answerAll();
  await Promise.all(underWay);
  expect(all.bytes).toBe(0);
});

test('all programs together hold no more than there is room for', async () => {
  const { program, all, answerAll } = openRequests();
  const underWay = [1, 2, 3, 4].flatMap(() => {
    const http = program();
    return [1, 2, 3].map(() => http.ask(large));
  });
  expect(JSON.parse(await program().ask(large))).toEqual({
    error: 'Requests of all code hold 64 MB already; try again.',
    kind: 'unavailable',
  });
  answerAll();
  await Promise.all(underWay);
  expect(all.bytes).toBe(0);
});

const job = { inputs: '{}', limitMs: 60_000, limitBytes: 64 * MB };

test('what is too much together is refused in its own machine, before it is copied', async () => {
  const code = `async function main() {
    const ask = () => fetch('http://a.example/', { headers: { a: 'x'.repeat(5e6) } });
    const all = await Promise.allSettled([ask(), ask(), ask(), ask(), ask()]);
    return all.map(({ status, reason }) => status + ' ' + (reason?.message ?? ''));
  }`;
  let sent = 0;
  const reply = JSON.stringify({ status: 200, headers: {}, text: '' });
  const outcome = await runJavascript({ ...job, code }, systemClock, (text) => {
    sent += text.length;
    return Promise.resolve(reply);
  });
  expect(sent).toBeLessThanOrEqual(MOST_HELD);
  const no = `rejected fetch failed: ${HOLDS_TOO_MUCH}`;
  const yes = 'fulfilled ';
  expect('json' in outcome && JSON.parse(outcome.json)).toEqual([yes, yes, yes, no, no]);
});

test.each(['"x".repeat(5e6)', 'Array(50).fill("y".repeat(1e5))'])(
  '%s is too much, and is not copied out of its machine',
  async (value) => {
    const code = `const main = () => ${value};`;
    const outcome = await runJavascript({ ...job, code }, systemClock);
    expect(outcome).toEqual({ error: 'The code returned more than 4 MB.', kind: 'memory' });
  },
);
