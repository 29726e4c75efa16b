import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { metricsTable, quotaTable } from './kit/reference.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { type ScriptedUpstream, startUpstream } from './kit/upstream.ts';

const REPLY = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
});

let upstream: ScriptedUpstream;
let gateway: Awaited<ReturnType<typeof startGateway>>;

const start = async (arePublic = false): Promise<void> => {
  gateway = await startGateway(
    configOf(
      [
        deployment('PJ1', upstream.url, { quotaPools: ['acme'] }),
        deployment('PJ2', upstream.url, { quotaPools: ['acme'] }),
      ],
      {
        metrics: { arePublic },
        quotaPools: {
          acme: {
            limits: [{ dimension: 'requests', amount: 4, windowMs: 60_000, refill: 'linear' }],
          },
        },
      },
    ),
  );
};

beforeEach(async () => {
  upstream = await startUpstream((_, res) => {
    res.setHeader('content-type', 'application/json');
    res.setHeader('x-ratelimit-limit-tokens', '30000');
    res.setHeader('x-ratelimit-remaining-tokens', '29900');
    res.end(REPLY);
  });
  await start();
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const get = (path: string, key: string | undefined = MASTER_KEY): Promise<Response> =>
  fetch(`${gateway.url}${path}`, {
    ...(key !== '' && { headers: { authorization: `Bearer ${key}` } }),
  });

/** Somebody waits while `look` is done. */
const whileWaiting = async (look: () => Promise<void>): Promise<void> => {
  for (let i = 0; i < 4; i++) expect((await gateway.chat()).status).toBe(200);
  const stop = new AbortController();
  const waiting = fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gpt-4.1',
      user: '花子',
      messages: [{ role: 'user', content: 'Hi' }],
    }),
    signal: stop.signal,
  }).catch(() => undefined);
  await vi.waitFor(async () =>
    expect(await (await get('/metrics')).text()).toMatch(/queue_requests.* 1$/m),
  );
  try {
    await look();
  } finally {
    stop.abort();
    await waiting;
  }
};

describe('GET /spillway/quota', () => {
  it('says what is left, who says so, and who waits; never a key', async () => {
    await whileWaiting(async () => {
      const text = await (await get('/spillway/quota')).text();
      expect(text).not.toContain('sk-secret');
      expect(JSON.parse(text)).toMatchObject({
        groups: [
          {
            group: 'gpt-4.1',
            deployments: 2,
            pools: 1,
            per_minute: { requests: 4, tokens: 30_000 },
          },
        ],
        deployments: [
          {
            deployment: 'PJ1',
            group: 'gpt-4.1',
            in_flight: 0,
            paused: false,
            health: 'well',
            why: null,
            back_s: null,
          },
          {
            deployment: 'PJ2',
            group: 'gpt-4.1',
            in_flight: 0,
            paused: false,
            health: 'well',
            why: null,
            back_s: null,
          },
        ],
        pools: [
          {
            pool: 'pool/acme',
            title: 'acme',
            deployments: ['PJ1', 'PJ2'],
            in_flight: 0,
            blocked_s: 0,
            limits: [
              { dimension: 'requests', limit: 4, window_s: 60, level: 0, known_from: 'config' },
              { dimension: 'tokens', limit: 30_000, window_s: 60, known_from: 'header' },
            ],
          },
        ],
        queues: [
          {
            groups: [{ group: 'gpt-4.1', requests: 1 }],
            requests: 1,
            tenants: [{ key: 'master', user: '花子', priority: 'interactive', requests: 1 }],
          },
        ],
      });
    });
    await vi.waitFor(async () =>
      expect(await (await get('/spillway/quota')).json()).toMatchObject({ queues: [] }),
    );
  });

  it('needs a key', async () => {
    expect((await get('/spillway/quota', '')).status).toBe(401);
  });

  it('has the fields of its reference', async () => {
    await whileWaiting(async () => {
      const fields = new Set<string>();
      const walk = (value: unknown, path: string): void => {
        if (Array.isArray(value)) for (const item of value) walk(item, path);
        else if (typeof value === 'object' && value !== null && !path.endsWith('per_minute'))
          for (const [key, item] of Object.entries(value))
            walk(item, path === '' ? key : `${path}.${key}`);
        else fields.add(path);
      };
      walk(await (await get('/spillway/quota')).json(), '');
      // Shown only of patterns, and of keys that turned out to be one.
      const all = new Set([...fields, 'pools.model', 'pools.sharing']);
      all.delete('estimate_error');
      expect(all).toEqual(new Set(quotaTable()));
    });
  });
});

describe('GET /metrics', () => {
  it('counts requests, tokens and refusals, and shows the balance', async () => {
    await whileWaiting(async () => {
      const response = await get('/metrics');
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      const text = await response.text();
      const sum = (name: string): number =>
        [...text.matchAll(new RegExp(`^${name}\\{.* (\\d+)$`, 'gm'))].reduce(
          (all, [, n]) => all + Number(n),
          0,
        );
      expect(sum('spillway_requests_total')).toBe(4);
      expect(sum('spillway_tokens_total')).toBe(60);
      expect(text).toContain(
        'spillway_quota_level{pool="pool/acme",deployments="PJ1,PJ2",dimension="requests",window_s="60"} 0',
      );
      expect(text).toContain('spillway_queue_requests{group="gpt-4.1"} 1');
      expect(text).not.toContain('花子');
      expect(text).not.toContain('sk-');
    });
    const abandoned =
      'spillway_requests_total{group="gpt-4.1",deployment="",outcome="abandoned"} 1';
    await vi.waitFor(async () =>
      expect(await (await get('/metrics/')).text()).toContain(abandoned),
    );
    expect((await gateway.chat({}, { 'x-queue-timeout': '0' })).status).toBe(429);
    expect(await (await get('/metrics')).text()).toContain(
      'spillway_refused_total{reason="rate_limited"} 1',
    );
  });

  it('needs a key, unless the config says that it does not', async () => {
    expect((await get('/metrics', '')).status).toBe(401);
    expect((await get('/metrics', 'sk-wrong')).status).toBe(401);
    const text = await (await get('/metrics')).text();
    for (const reason of ['unauthorized', 'unknown_key'])
      expect(text).toContain(`spillway_refused_total{reason="${reason}"} 1`);
    await gateway.close();
    await start(true);
    expect((await get('/metrics', '')).status).toBe(200);
    expect((await get('/spillway/quota', '')).status).toBe(401);
  });

  it('has the metrics of its reference, with their labels', async () => {
    await whileWaiting(async () => {
      await gateway.chat({ model: 'nobody' });
      const text = await (await get('/metrics')).text();
      const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
      const written = metricsTable();
      expect(new Set(names)).toEqual(new Set(written.keys()));
      for (const [name, labels] of written) {
        const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(text);
        if (!sample) continue;
        const found = [...(sample[1] ?? '').matchAll(/(\w+)="/g)].map(([, label = '']) => label);
        expect([name, ...found]).toEqual([name, ...labels]);
      }
    });
  });
});

describe('spillway top', () => {
  it('draws one picture of a running gateway', async () => {
    await whileWaiting(async () => {
      const { code, out, err } = await spillway(['top', '--once', '--url', gateway.url], {
        LITELLM_MASTER_KEY: MASTER_KEY,
      }).ended;
      expect(err).toBe('');
      expect(code).toBe(0);
      expect(out).toContain('gpt-4.1  2 deployments  1 pool');
      expect(out).toMatch(/^acme +0 +requests +4\/min +\[-{12}\] +0 +config$/m);
      expect(out).toMatch(/^master \/ 花子 +interactive +1 /m);
    });
  });

  it('says what to do where nobody answers, or refuses the key', async () => {
    const nobody = await spillway(['top', '--once', '--url', 'http://127.0.0.1:9']).ended;
    expect(nobody).toMatchObject({ code: 1, out: '' });
    expect(nobody.err).toContain('--url');
    const refused = await spillway(['top', '--once', '--url', gateway.url, '--key', 'sk-no']).ended;
    expect(refused.err).toContain('--key');
    const other = await spillway(['top', '--once', '--url', upstream.url.replace('/v1', '')]).ended;
    expect(other.err).toContain('does not look like Spillway');
  });
});
