/**
 * The proof of keys, budgets and spend: bounds that hold under a crowd, records that outlive a kill,
 * a store in trouble that nobody feels,
 * callers that are known fast, pages that open fast. README.md says how to read the tables.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '#core/log.ts';
import { openPostgres } from '#store/postgres/open.ts';
import { hasPostgres, startPostgres } from '#store/postgres/test-kit.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { boundsHeld } from './keys/bounds.ts';
import { killed, mayBeUnanswered } from './keys/kills.ts';
import { lookUpUs } from './keys/look-up.ts';
import { type Pages, pagesOf } from './keys/pages.ts';
import { troubled } from './keys/trouble.ts';
import { markdownTable } from './markdown-table.ts';
import { writeResults } from './results.ts';

const HELP = `Usage: npm run proof:keys -- [options]

  --only PART   bounds, kills, trouble or speed; may be given several times
  --quick       fewer kills and rows: a first look, not a verdict
  --write       put the tables into out/bench.md (full runs of all parts only)
  --help        this text

Exit code: 0 when every bar holds, 1 when one does not.`;

const MOST_LOOK_UP_US = 10;
const MOST_PAGE_MS = 300;
/** What differs from one run to the next, with nothing wrong. */
const MOST_SLOWER = 1.25;
const SPREAD_MS = 5;
const KEYS = 10_000;
const FULL = { kills: 50, rows: 1_000_000, rounds: 9, calls: 50_000 };
const QUICK = { kills: 3, rows: 50_000, rounds: 3, calls: 10_000 };

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const plan = values.quick ? QUICK : FULL;
const folder = mkdtempSync(join(tmpdir(), 'spillway-proof-'));
const clock = { wall: () => Date.now() };
let holds = true;
const verdict = (isSo: boolean): string => {
  holds &&= isSo;
  return isSo ? 'PASS' : 'FAIL';
};

const boundTable = async (): Promise<string> => {
  const rows = (await boundsHeld()).map(({ what, bound, reached, left }) => [
    what,
    String(bound),
    String(reached),
    String(left),
    verdict(reached <= bound && left === 0),
  ]);
  return markdownTable([
    ['200 callers at once', 'bound', 'reached', 'left set aside', ''],
    ...rows,
  ]);
};

const killTable = async (): Promise<string> => {
  const kills = await killed(plan.kills, folder);
  const { rounds, answered, records, unanswered } = kills;
  const isSo = unanswered >= 0 && unanswered <= mayBeUnanswered(kills);
  return markdownTable([
    ['kill -9 under load', 'times', 'answered', 'records', 'cut off in between', ''],
    ['', String(rounds), String(answered), String(records), String(unanswered), verdict(isSo)],
  ]);
};

const troubleTable = async (): Promise<string> => {
  const rows = (await troubled(folder)).map(
    ({ what, p99Ms, wellMs, answered, records, isTold }) => [
      what,
      `${wellMs.toFixed(1)} ms`,
      `${p99Ms.toFixed(1)} ms`,
      String(answered),
      String(records),
      isTold ? 'yes' : 'no',
      verdict(p99Ms <= wellMs * MOST_SLOWER + SPREAD_MS && records === answered && isTold),
    ],
  );
  return markdownTable([
    ['the store is in trouble', 'p99 before', 'p99', 'answered', 'records afterwards', 'told', ''],
    ...rows,
  ]);
};

const pagesIn = async (): Promise<ReadonlyMap<string, Pages>> => {
  const pages = new Map<string, Pages>();
  const sqlite = await openSqlite({ folder: join(folder, 'pages'), clock, log: silentLog });
  pages.set('SQLite', await pagesOf(sqlite, plan.rows));
  await sqlite.close();
  if (!hasPostgres) return pages;
  const server = await startPostgres();
  const postgres = await openPostgres({ url: server.url, clock, log: silentLog });
  pages.set('Postgres', await pagesOf(postgres, plan.rows));
  await postgres.close();
  await server.close();
  return pages;
};

const speedTable = async (): Promise<string> => {
  const { rightUs, wrongUs } = await lookUpUs(KEYS, plan);
  const us = (what: string, value: number): string[] => [
    what,
    `${value.toFixed(1)} µs`,
    `${MOST_LOOK_UP_US} µs`,
    verdict(value <= MOST_LOOK_UP_US),
  ];
  const pages = [...(await pagesIn())].flatMap(([store, { rowsPerS, pageMs }]) => [
    [`${store}: rows written a second`, rowsPerS.toFixed(0), '', ''],
    ...Object.entries(pageMs).map(([what, ms]) => [
      `${store}: ${what}`,
      `${ms.toFixed(1)} ms`,
      `${MOST_PAGE_MS} ms`,
      verdict(ms <= MOST_PAGE_MS),
    ]),
  ]);
  return markdownTable([
    [`${KEYS} keys, ${plan.rows} records`, '', 'at most', ''],
    us('a key is known', rightUs),
    us('a wrong key is known to be none', wrongUs),
    ...pages,
  ]);
};

const all = {
  bounds: boundTable,
  kills: killTable,
  trouble: troubleTable,
  speed: speedTable,
};
const { only } = values;
const unknown = only?.find((name) => !Object.hasOwn(all, name));
if (unknown !== undefined)
  throw new Error(`--only ${unknown}: there are ${Object.keys(all).join(', ')}.`);
const parts = Object.entries(all).filter(([name]) => only?.includes(name) ?? true);
const heading = `${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`;
const tables = [heading];
for (const [, table] of parts) {
  tables.push(await table());
  console.log(`\n${tables.at(-1)}`);
}
rmSync(folder, { recursive: true, force: true });
if (!holds) process.exitCode = 1;
if (values.write && !values.quick && !only)
  writeResults('keys', `${new Date().toISOString().slice(0, 10)}: ${tables.join('\n\n')}`);
