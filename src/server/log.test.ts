import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** What a log at `info` writes when a program says this, line by line. */
const linesOf = (said: string): unknown[] => {
  const script = `import { createLog } from '#server/log.ts';
    const log = createLog({ level: 'info', readable: false });
    ${said}`;
  const args = ['--conditions=source', '--input-type=module', '-e', script];
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};

test('each line is one JSON object: level, time, the facts that there are, and what is said of them', () => {
  const time = expect.any(Number);
  expect(
    linesOf(`
      log.info({ id: 'a', ms: 4, of: undefined, deep: { x: ['é', null] } }, 'answered');
      log.info({ id: 'b' }, 'answered');
      log.info({}, 'answered');
      log.debug({ id: 'c' }, 'not heard');
      log.warn({ of: undefined }, 'said "so"\\n');
      log.error({ id: 'd' }, '');
      log.info({ id: 'e' }, '');`),
  ).toEqual([
    { level: 'info', time, id: 'a', ms: 4, deep: { x: ['é', null] }, msg: 'answered' },
    { level: 'info', time, id: 'b', msg: 'answered' },
    { level: 'info', time, msg: 'answered' },
    { level: 'warn', time, msg: 'said "so"\n' },
    { level: 'error', time, id: 'd', msg: '' },
    { level: 'info', time, id: 'e', msg: '' },
  ]);
});

test('the time is the one at which it was said', () => {
  const said = `log.info({}, 'one'); setTimeout(() => log.info({}, 'two'), 30);`;
  const [one, two] = linesOf(said) as { readonly time: number }[];
  expect(two!.time - one!.time).toBeGreaterThanOrEqual(25);
  expect(Math.abs(Date.now() - two!.time)).toBeLessThan(60_000);
});
