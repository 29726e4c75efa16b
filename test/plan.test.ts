import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spillway } from './kit/program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-plan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const CONFIG = 'examples/litellm_config.yaml';

const PRICED = `model_list:
  - model_name: m
    litellm_params: {model: openai/gpt-4.1, api_key: os.environ/KEY_A, rpm: 60, tpm: 6000}
  - model_name: m
    litellm_params: {model: openai/of-my-own, api_key: os.environ/KEY_B, rpm: 60, tpm: 6000}
  - model_name: other
    litellm_params: {model: openai/gpt-4.1-mini, api_key: os.environ/KEY_A, rpm: 60, tpm: 6000}
router_settings: {fallbacks: [{m: [other]}]}
`;

/** Requests of 1,000 tokens each, one every so many ms. */
const every = (ms: number, count: number, more: object = {}): string =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      time: new Date(1_767_225_600_000 + i * ms).toISOString(),
      group: 'm',
      status: 200,
      input_tokens: 900,
      output_tokens: 100,
      max_output_tokens: 100,
      total_ms: 1_000,
      ...more,
    }),
  ).join('\n');

interface Column {
  readonly title: string;
  readonly served: number;
  readonly refused: number;
  readonly refused_by: Readonly<Record<string, number>>;
  readonly waited: number;
  readonly wait_p50_ms: number;
  readonly wait_p99_ms: number;
  readonly cost_usd: number;
  readonly unpriced_requests: number;
  readonly unknown_models: Readonly<Record<string, number>>;
  readonly deployments: readonly {
    readonly deployment: string;
    readonly requests: number;
    readonly busiest_limit: string | null;
    readonly used: number | null;
    readonly cost_usd: number | null;
  }[];
}

const plan = async (...args: string[]): Promise<[Column, Column]> => {
  const { code, out, err } = await spillway(['plan', '--json', ...args]).ended;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return (JSON.parse(out) as { columns: [Column, Column] }).columns;
};

describe.concurrent('plan', () => {
  it('says what the limits do to a log, and what one more key would change', async () => {
    // 30 a minute with 6 + 6 tokens a minute to give: what waits for too long is refused.
    const config = fileOf('two.yaml', PRICED.replace(/ {2}- model_name: other[^]*/, ''));
    const traffic = fileOf('steady.jsonl', every(2_000, 900));
    const [base, more] = await plan('-c', config, '--traffic', traffic);
    expect([base.title, more.title]).toEqual(['as it is', '+1 key']);
    for (const column of [base, more]) {
      expect(column.served + column.refused).toBe(900);
      expect(column.refused_by).toEqual({ rate_limited: column.refused });
    }
    // What both hold at first, and what comes back in half an hour and the longest wait.
    expect(base.served).toBeGreaterThan(0.9 * 12 * 31);
    expect(base.served).toBeLessThanOrEqual(12 * 31.5);
    expect(more.served / base.served).toBeCloseTo(1.5, 1);
    expect(base.wait_p50_ms).toBeGreaterThan(15_000);
    expect(base.wait_p99_ms).toBeLessThanOrEqual(30_000);
    for (const { used, busiest_limit: limit } of more.deployments) {
      expect(limit).toBe('6,000 tokens/min');
      expect(used).toBeGreaterThan(0.9);
    }
    expect(more.deployments.map(({ deployment }) => deployment)).toEqual(['A', 'B', 'B+1']);
    const [a, b] = base.deployments;
    expect(a!.cost_usd).toBeCloseTo(a!.requests * (900 * 2e-6 + 100 * 8e-6), 6);
    expect([b!.cost_usd, base.unpriced_requests]).toEqual([null, b!.requests]);
  });

  it('says where what is set is no setting', async () => {
    const traffic = fileOf('few.jsonl', every(2_000, 3));
    const set = ['--tpm', '6000', '--set', 'router_settings.num_retrys=1'];
    const { code, err } = await spillway(['plan', '-c', CONFIG, '-t', traffic, ...set]).ended;
    expect(code).toBe(0);
    expect(err).toMatch(/^\S+ router_settings\.num_retrys: unknown key, ignored.*"num_retries"/);
  });

  it('follows fallbacks, aliases of limits, and other values for settings', async () => {
    const config = fileOf('three.yaml', PRICED);
    const traffic = fileOf('steady2.jsonl', every(2_000, 300));
    const args = ['-c', config, '--traffic', traffic];
    const [base, off] = await plan(...args, '--set', 'spillway_settings.queue.wait_s=0');
    expect(off.title).toBe('wait_s=0');
    expect(base.deployments.map(({ requests }) => requests > 0)).toEqual([true, true, true]);
    expect(base.waited).toBeGreaterThan(0);
    expect(off.waited).toBe(0);
    const [, none] = await plan(...args, '--set', 'router_settings.fallbacks=[]', '--keys', 'm=+1');
    expect(none.title).toBe('+1 key for m, fallbacks=[]');
    expect(none.deployments.map(({ requests }) => requests > 0)).toEqual([true, true, true, false]);
  });

  it('gives the same answer each time', async () => {
    const drawn = await spillway(['traffic', '--kind', 'bursty', '--minutes', '20']).ended;
    const traffic = fileOf('bursty.jsonl', drawn.out);
    const run = () => spillway(['plan', '-c', CONFIG, '-t', traffic, '--tpm', '30000']).ended;
    const [one, other] = await Promise.all([run(), run()]);
    expect(one.code).toBe(0);
    expect(one).toEqual(other);
    expect(one.out).toMatch(/^Traffic {3}\S+: [\d,]+ requests in 20 min, [\d.]+ a minute$/m);
    expect(one.out).toMatch(
      /^Limits {4}PJ1, PJ2, PJ3: 30,000 tokens a minute \(assumed from --rpm and --tpm\)$/m,
    );
    expect(one.out).toMatch(/^served +[\d,]+ +[\d,]+$/m);
    expect(one.out).toMatch(/^DEPLOYMENT +LIMIT +REQUESTS +USED +COST +REQUESTS +USED +COST$/m);
    expect(one.out).toMatch(/^PJ3\+1 +30,000 tokens\/min +[\d,]+ +\d+ % +\$[\d.]+$/m);
  });

  it('replays against what a gateway has learned', async () => {
    const limit = {
      dimension: 'tokens',
      windowMs: 60_000,
      told: { amount: 5_000, source: 'header' },
    };
    const file = { at: 0, ledger: { version: 1, accounts: {} as Record<string, unknown> } };
    const config = fileOf(
      'one.yaml',
      'model_list: [{model_name: m, litellm_params: {model: openai/x, api_key: sk-1}}]',
    );
    const args = ['-c', config, '--traffic', fileOf('one.jsonl', every(5_000, 60))];
    const { err } = await spillway(['plan', ...args]).ended;
    expect(err).toContain('No limit is known');
    // The name of the account is what the same config gives it.
    const digest = createHash('sha256')
      .update(JSON.stringify(['', 'sk-1', '']))
      .digest('hex');
    file.ledger.accounts[`key/${digest.slice(0, 12)}/openai/x`] = { limits: [limit] };
    fileOf('ledger.json', JSON.stringify(file));
    const [base] = await plan(...args, '--data-dir', folder, '--keys', '+1');
    expect(base.deployments[0]!.busiest_limit).toBe('5,000 tokens/min');
    expect(base.waited).toBeGreaterThan(0);
  });

  it('names broken lines and models that are not there, and goes on', async () => {
    const text = `${every(1_000, 5)}\n{"time":\n${every(1_000, 2, { group: 'foreign' })}\n${every(1_000, 3, { status: 401 })}`;
    const args = ['plan', '-c', fileOf('p.yaml', PRICED), '-t', fileOf('broken.jsonl', text)];
    const { code, out } = await spillway(args).ended;
    expect(code).toBe(0);
    expect(out).toContain('left out, broken: 1 line\n          line 6: it is no JSON object');
    expect(out).toContain('left out, no deployment had to serve them: 3 with status 401');
    expect(out).toContain('Not in this config, and left out: foreign (2).');
    expect(out).toContain("assumed from the rows' rpm and tpm");
  });

  it.each([
    [['-c', CONFIG], /Name one of --traffic FILE and --from-litellm URL/],
    [['-c', 'nowhere.yaml', '-t', CONFIG], /^spillway: nowhere\.yaml: there is no such file/],
    [['-c', CONFIG, '-t', CONFIG, '--tpm', '1'], /has no request that can be replayed/],
    [['-c', CONFIG, '-t', CONFIG, '--tpm', '0'], /whole number of at least 1/],
    [['-c', CONFIG, '-t', CONFIG, '--set', 'nonsense'], /nonsense: expected path=value/],
    [
      ['-c', CONFIG, '-t', CONFIG, '--set', 'model_list.9.model_name=x'],
      /an item, 0 to 2, found 9/,
    ],
    [
      ['-c', CONFIG, '-t', CONFIG, '--set', 'router_settings.num_retries=many'],
      /litellm_config\.yaml:21:\d+ router_settings\.num_retries: expected/,
    ],
    [['-c', CONFIG, '-t', CONFIG, '--keys', 'lots'], /Write \+1, -1 or gpt-4\.1=\+2/],
  ])('refuses %j', async (args, says) => {
    const { code, out, err } = await spillway(['plan', ...args]).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(says);
  });
});

describe.concurrent('traffic', () => {
  it('writes a log with the fields that were asked for', async () => {
    const args = [
      '--rps',
      '0.5',
      '--minutes',
      '2',
      '--model',
      'x',
      '--callers',
      '2',
      '--max-tokens',
      '50',
    ];
    const { code, out, err } = await spillway([
      'traffic',
      ...args,
      '--start',
      '2026-05-01T10:00:00Z',
    ]).ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const records = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.length).toBeGreaterThan(30);
    for (const record of records) {
      expect(record).toMatchObject({ group: 'x', status: 200, max_output_tokens: 50 });
      expect(record['time']).toMatch(/^2026-05-01T10:0[01]:/);
      expect(record['output_tokens']).toBeLessThanOrEqual(50);
    }
  });

  it.each([
    [['--kind', 'odd'], 'There are smooth, bursty and batches.'],
    [['--rps', '0'], 'a number above 0'],
    [['--start', 'soon'], 'a time such as'],
  ])('refuses %j', async (args, says) => {
    const { code, err } = await spillway(['traffic', ...args]).ended;
    expect(code).toBe(1);
    expect(err).toContain(says);
  });
});
