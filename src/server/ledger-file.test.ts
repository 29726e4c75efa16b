import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Estimator } from '#balancer/estimate.ts';
import { createPolicy } from '#balancer/policies/index.ts';
import { Pool } from '#balancer/pool.ts';
import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { Ledger } from '#ledger/ledger.ts';
import { openLedgerFile } from '#server/ledger-file.ts';
import { MemoryOwner } from '#shared/memory.ts';

const MERGED = 'organisation/org-acme/v/m';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-ledger-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process with two keys, whose wall clock shows so many ms. */
const start = async (epochMs = 1_700_000_000_000) => {
  const clock = new VirtualClock(0, epochMs);
  const ledger = new Ledger();
  const estimator = new Estimator();
  const accounts = ['a', 'b'] as const;
  const pool = new Pool(
    accounts.map((name) => ({
      name,
      group: 'g',
      model: 'm',
      vendor: 'v',
      accounts: [name] as const,
      charge: () => ({ requests: 1, tokens: 100 }),
      settle: (charged) => charged,
    })),
    { clock, ledger, estimator },
  );
  const queue = { maxRequests: 9, maxBytes: 9, tenantShare: 1, batchShare: 0, beforeFallbackMs: 0 };
  const policy = createPolicy('least-busy', {});
  const random = seededRandom(1);
  const owner = new MemoryOwner({ clock, ledger, estimator, pool, policy, random, queue });
  const lines: string[] = [];
  const write = (_: unknown, text: string): void => void lines.push(text);
  const log = { debug: write, info: write, warn: write, error: write };
  const changes = (): number => owner.changes;
  const file = await openLedgerFile({ ledger, shared: owner.shared, clock, log, folder, changes });
  const answer = async (pinned: string, remaining: number): Promise<void> => {
    const { lease } = await owner.admit({
      groups: ['g'],
      tried: new Set(),
      demand: { ascii: 4, wide: 0, marks: 0, images: 0, choices: 1 },
      tenant: { key: 'k', user: '' },
      priority: 'interactive',
      arrivedAt: clock.now(),
      waitUntil: clock.now(),
      signal: new AbortController().signal,
      stream: false,
      bytes: 1,
      pinned,
    });
    const told = [{ dimension: 'tokens', windowMs: 60_000, limit: 6_000, remaining }] as const;
    lease!.observed({ told, organization: 'org-acme' }, clock.now());
    lease!.done(undefined, clock.now());
  };
  const level = (account: string) => ledger.gauges(account, clock.now())[0]?.level;
  return { clock, file, answer, level, lines, accounts: () => pool.state('a').accounts };
};

describe('the ledger file', () => {
  it('takes up what is left, what has come back, and which keys are one', async () => {
    const first = await start();
    await first.answer('a', 5_000);
    await first.clock.advance(1_000);
    await first.answer('b', 2_000);
    expect(first.accounts()).toEqual([MERGED]);
    await first.file.close();
    const second = await start(first.clock.wall() + 10_000);
    expect(second.accounts()).toEqual([MERGED]);
    expect(second.level(MERGED)).toBe(3_000);
    await second.file.close();
  });

  it('begins anew where it cannot be read, and says so', async () => {
    await writeFile(join(folder, 'ledger.json'), '{"at": 5');
    const { file, lines, accounts } = await start();
    expect(lines).toEqual(['the saved ledger cannot be read; limits are learned anew']);
    expect(accounts()).toEqual(['a']);
    await file.close();
  });

  it('is written later where it cannot be written now, also when nothing happens any more', async () => {
    const inTheWay = join(folder, 'ledger.json.new');
    await mkdir(inTheWay);
    const { answer, clock, file, lines } = await start();
    await answer('a', 5_000);
    await clock.advance(1_000);
    while (lines.length === 0) await setImmediate();
    expect(lines).toEqual(['the ledger cannot be saved; it is kept in memory']);
    await rm(inTheWay, { recursive: true });
    await file.close();
    expect(await readFile(join(folder, 'ledger.json'), 'utf8')).toContain('"ledger"');
  });

  it('says when it was written, what is left, and what is one', async () => {
    const { file, answer } = await start();
    await answer('a', 5_000);
    await file.close();
    const text = await readFile(join(folder, 'ledger.json'), 'utf8');
    expect(Object.keys(JSON.parse(text) as object).toSorted()).toEqual(['at', 'ledger', 'shared']);
  });
});
