import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Opens a store, and tells how much each thread of its process gives way. */
const SCRIPT = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { openSqlite } from '#store/sqlite/open.ts';
  const store = await openSqlite({ clock: { wall: () => 0 }, log: console });
  const stat = (id) => readFileSync('/proc/self/task/' + id + '/stat', 'latin1');
  const nice = (text) => Number(text.slice(text.lastIndexOf(')')).split(' ')[17]);
  console.log(JSON.stringify(readdirSync('/proc/self/task').map((id) => nice(stat(id)))));
  await store.close();
`;

const niceOfThreads = (command: readonly string[]): readonly number[] => {
  const [program, ...args] = [
    ...command,
    process.execPath,
    '--conditions=source',
    '--eval',
    SCRIPT,
  ];
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as number[];
};

test.skipIf(process.platform !== 'linux')(
  'its thread gives way to callers, and never less than the process does',
  () => {
    const own = Number(execFileSync('nice', { encoding: 'utf8' }));
    expect(Math.max(...niceOfThreads([]))).toBe(Math.max(own, 10));
    expect(Math.min(...niceOfThreads(['nice', '-n', '15']))).toBe(Math.min(own + 15, 19));
  },
);
