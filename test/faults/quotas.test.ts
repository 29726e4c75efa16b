import { describe, expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { WAYS, faultyWorlds } from './kit.ts';

const open = faultyWorlds();
const LIMITED =
  '[{id: a, key: sk-a, tpm: 30000, rpm: 100}, {id: b, key: sk-b, tpm: 30000, rpm: 100}]';

type World = Awaited<ReturnType<typeof open>>;

const accountOf = ({ gateway }: World, name: string) =>
  gateway.gateway.quota().accounts.find(({ deployments }) => deployments.includes(name))!;

/** Whatever was told: a level is a number between nothing and all. */
const expectSound = (world: World): void => {
  for (const { gauges } of world.gateway.gateway.quota().accounts)
    for (const { level, capacity, amount } of gauges) {
      expect(Number.isFinite(level) && Number.isFinite(amount)).toBe(true);
      expect(amount).toBeGreaterThan(0);
      expect(level).toBeLessThanOrEqual(capacity);
    }
};

const answered = ({ gateway }: World) =>
  gateway.log.lines.filter(({ text }) => text === 'answered').map(({ fields }) => fields);

describe.each(WAYS)('%s: usage', (_, stream) => {
  test.each(['missing', 'null', 'negative', 'text', 'huge'])(
    '17 that is %s is not believed',
    async (as) => {
      const world = await open({ projects: LIMITED });
      await world.fault({ kind: 'usage', as });
      for (let i = 0; i < 5; i++)
        expect(await world.ask({ stream })).toMatchObject({ status: 200, isWhole: true });
      expect(world.calls('a')).toBe(5);
      expect(accountOf(world, 'a').gauges).not.toEqual([]);
      expectSound(world);
      for (const { tokensOut, usageEstimated } of answered(world)) {
        expect(usageEstimated).toBe(true);
        // What was expected of a whole answer, or as many as a stream had messages: 8 were allowed.
        expect(tokensOut).toBeGreaterThan(0);
        expect(tokensOut).toBeLessThanOrEqual(10);
      }
    },
  );

  test('18 that grows from chunk to chunk counts once, as its last', async () => {
    const world = await open({ projects: LIMITED });
    await world.fault({ kind: 'usage', as: 'repeated' });
    expect((await world.ask({ stream })).isWhole).toBe(true);
    expect(answered(world).map(({ tokensOut }) => tokensOut)).toEqual([8]);
  });
});

describe.each(WAYS)('%s: a refusal', (_, stream) => {
  test('22 for money parks the key, and the other one serves', async () => {
    const world = await open();
    await world.fault({ kind: 'http', status: 429, code: 'insufficient_quota' });
    for (let i = 0; i < 5; i++) {
      const heard = await world.ask({ stream });
      expect(heard.status).toBe(200);
      expect(heard.headers.get('x-spillway-deployment')).toBe('b');
    }
    expect(world.calls('a')).toBe(1);
    expect(accountOf(world, 'a').blockedMs).toBeGreaterThan(60_000);
    const alerts = world.gateway.log.lines.filter(({ level }) => level === 'error');
    expect(alerts.map(({ text }) => text)).toEqual([expect.stringContaining('to be paid')]);
  });

  test('22 for money of all keys says what is to be done, then and later', async () => {
    const world = await open();
    await world.fault({
      kind: 'http',
      status: 429,
      code: 'insufficient_quota',
      projects: ['a', 'b'],
    });
    const [first, second] = [await world.ask({ stream }), await world.ask({ stream })];
    expect([first.status, second.status]).toEqual([429, 429]);
    expect(first.text).toMatch(/deployment [ab] has nothing left to spend; see to its credit/);
    expect(second.text).toContain('room: a in 60 min, b in 60 min');
    expect(second.headers.get('x-should-retry')).toBe('false');
    expect([world.calls('a'), world.calls('b')]).toEqual([1, 1]);
  });

  test('23 without headers and body is believed, and the other one serves', async () => {
    const world = await open();
    await world.fault({ kind: 'http', status: 429, body: 'empty', bare: true });
    for (let i = 0; i < 3; i++)
      expect((await world.ask({ stream })).headers.get('x-spillway-deployment')).toBe('b');
    expect(world.calls('a')).toBe(1);
    expectSound(world);
  });

  test.each(['-5', 'NaN', 'soon', 'Thu, 01 Jan 1998 00:00:00 GMT'])(
    '24 with retry-after %s keeps the key out for no longer than a minute',
    async (value) => {
      const world = await open();
      await world.fault({ kind: 'http', status: 429, headers: { 'retry-after': value } });
      expect(await world.ask({ stream })).toMatchObject({ status: 200, isWhole: true });
      const { blockedMs } = accountOf(world, 'a');
      expect(blockedMs).toBeLessThanOrEqual(60_000);
      expectSound(world);
    },
  );

  test('24 with retry-after of a day parks the key for it, and no longer', async () => {
    const world = await open();
    await world.fault({ kind: 'http', status: 429, headers: { 'retry-after': '86400' } });
    expect(await world.ask({ stream })).toMatchObject({ status: 200, isWhole: true });
    expect(accountOf(world, 'a').blockedMs).toBeGreaterThan(3_600_000);
    expect(accountOf(world, 'a').blockedMs).toBeLessThanOrEqual(86_400_000);
  });

  test('24 with retry-after of seven seconds is told so to who cannot wait', async () => {
    const clock = new VirtualClock();
    const world = await open({ clock });
    await world.fault({ kind: 'http', status: 429, headers: { 'retry-after': '7' }, times: 1 });
    for (const told of ['7', '6', '5']) {
      const alone = { model: 'id-a', stream };
      const { status, headers } = await world.ask(alone, { 'x-queue-timeout': '0' });
      expect([status, headers.get('retry-after')]).toEqual([429, told]);
      await clock.advance(told === '5' ? 5_000 : 1_000);
    }
    expect((await world.ask({ model: 'id-a', stream })).status).toBe(200);
    expect(world.calls('a')).toBe(2);
  });

  test('25 as overloaded, by all of them, says so and leaves the ledger alone', async () => {
    const world = await open();
    await world.fault({ kind: 'http', status: 529, projects: ['a', 'b'] });
    const { status, error } = await world.ask({ stream });
    expect([503, 529]).toContain(status);
    expect(error!['message']).toContain('overloaded; try again shortly');
    for (const { gauges, blockedMs } of world.gateway.gateway.quota().accounts)
      expect([gauges, blockedMs]).toEqual([[], 0]);
  });
});

test.each(WAYS)('33 %s: what somebody else has used up is not asked for', async (_, stream) => {
  const world = await open({ projects: LIMITED });
  await world.fault({ kind: 'headers', set: { 'x-ratelimit-remaining-tokens': '500' } });
  for (let i = 0; i < 4; i++) {
    const heard = await world.ask({ stream, max_tokens: 1_000 });
    expect(heard).toMatchObject({ status: 200, isWhole: true });
    expect(heard.headers.get('x-spillway-attempts')).toBe('1');
    expect(heard.headers.get('x-spillway-deployment')).toBe(i === 0 ? 'a' : 'b');
  }
  expectSound(world);
});

describe.each(WAYS)('32 %s: headers that tell nonsense', (_, stream) => {
  test.each(['-5', 'abc', '1e99', '', '9'.repeat(400), 'Infinity'])(
    'of what is left: %j',
    async (value) => {
      const world = await open({ projects: LIMITED });
      await world.fault({
        kind: 'headers',
        set: {
          'x-ratelimit-remaining-tokens': value,
          'x-ratelimit-limit-requests': value,
          'x-ratelimit-reset-tokens': value,
        },
      });
      for (let i = 0; i < 5; i++)
        expect(await world.ask({ stream })).toMatchObject({ status: 200, isWhole: true });
      expectSound(world);
    },
  );
});
