import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawingReply } from '#gateway/console/app-shapes.ts';
import {
  checkReply,
  configReply,
  decisionReply,
  modelsReply,
  planReply,
  quotaReply,
  requestsReply,
  simulatorReply,
  tick,
  trafficReply,
} from '#gateway/console/shapes.ts';
import type { z } from '#core/schema.ts';
import japanese from '../console/i18n/api-ja.json' with { type: 'json' };
import { startConsole } from './kit/console.ts';
import { tempSite } from './kit/site.ts';

let site: ReturnType<typeof tempSite>;
let world: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  site = tempSite();
  world = await startConsole(site.folder);
  await ask('/v1/chat/completions', {
    model: 'gpt-4.1',
    max_tokens: 5,
    messages: [{ role: 'user', content: 'Hi' }],
  });
});
afterAll(async () => {
  await world.close();
  site.remove();
});

const headers = () => ({
  authorization: `Bearer ${world.masterKey}`,
  'content-type': 'application/json',
});
const send = (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') =>
  fetch(`${world.url}${path}`, {
    method,
    headers: headers(),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const ask = async (path: string, body?: unknown): Promise<unknown> =>
  (await send(path, body)).json();

describe('what the console is told', () => {
  interface Case {
    readonly path: string;
    readonly shape: z.ZodType;
    readonly body?: unknown;
  }
  const cases: readonly Case[] = [
    { path: '/spillway/quota', shape: quotaReply },
    { path: '/spillway/traffic', shape: trafficReply },
    { path: '/spillway/requests?limit=5', shape: requestsReply },
    { path: '/spillway/deployments', shape: modelsReply },
    { path: '/spillway/config', shape: configReply },
    { path: '/spillway/config/check', shape: checkReply, body: { text: 'model_list: 1' } },
    { path: '/spillway/scene', shape: drawingReply },
    { path: '/spillway/simulator', shape: simulatorReply },
    {
      path: '/spillway/plan',
      shape: planReply,
      body: { traffic: { kind: 'smooth', model: 'gpt-4.1', per_s: 1, minutes: 1 }, keys: 1 },
    },
  ];
  it.each(cases)('$path is as the API says', async ({ path, shape, body }) => {
    const reply = await ask(path, body);
    expect(reply).toMatchObject(shape.parse(reply) as object);
  });

  it('a decision too, of the request that is listed', async () => {
    const { requests } = requestsReply.parse(await ask('/spillway/requests'));
    const decision = await ask(`/spillway/decisions/${requests[0]?.id}`);
    expect(decision).toMatchObject(decisionReply.parse(decision));
  });

  it('is sent once a second to whoever watches', async () => {
    const reply = await fetch(`${world.url}/spillway/live`, { headers: headers() });
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value = '' } = await reader.read();
    expect(value).toMatch(/^event: tick\ndata: \{.*\}\n\n$/);
    tick.parse(JSON.parse(value.slice(value.indexOf('{'))));
    await reader.cancel();
  });

  it('lists all of it in its own description', async () => {
    const { paths } = (await ask('/openapi.json')) as {
      paths: Record<string, Record<string, { summary: string }>>;
    };
    const summaries = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ summary }) => summary),
    );
    for (const summary of summaries) expect(japanese).toHaveProperty([summary]);
    for (const { path } of cases)
      if (path !== '/spillway/quota') expect(paths).toHaveProperty([path.replace(/\?.*/, '')]);
  });
});

describe('a request', () => {
  it('is found by the error text that its caller was shown, as it was copied', async () => {
    const refused = await send('/v1/chat/completions', { model: 'nobody', messages: [] });
    const { error } = (await refused.json()) as { error: { message: string } };
    const pasted = `openai.BadRequestError: Error code: 400 - {'error': {'message': "${error.message.slice(0, 80)}`;
    for (const q of [error.message, pasted.slice(pasted.indexOf('Invalid'))]) {
      const found = await ask(`/spillway/requests?q=${encodeURIComponent(q)}`);
      expect(requestsReply.parse(found).requests[0]).toMatchObject({ status: 400 });
    }
    const none = await ask('/spillway/requests?q=no+such+words');
    expect(requestsReply.parse(none).requests).toEqual([]);
  });
});

describe('a deployment', () => {
  it('gets nothing while it is paused, and its part again after that', async () => {
    const pause = (paused: boolean) =>
      send('/spillway/deployments/pause', { deployment: 'PJ1', paused });
    expect((await pause(true)).status).toBe(200);
    const body = { model: 'gpt-4.1', max_tokens: 1, prompt: 'Hi', count: 12 };
    const servedBy = async (): Promise<string[]> => {
      const events = await (await send('/spillway/burst', body)).text();
      return [...events.matchAll(/"deployment":"(PJ\d)"/g)].map(([, name]) => name!);
    };
    expect(new Set(await servedBy())).toEqual(new Set(['PJ2', 'PJ3']));
    const named = await send('/v1/chat/completions', {
      model: 'PJ1',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    expect([named.status, await named.text()]).toEqual([
      429,
      expect.stringContaining('PJ1: paused by an operator'),
    ]);
    await pause(false);
    expect(new Set(await servedBy())).toEqual(new Set(['PJ1', 'PJ2', 'PJ3']));
    const unknown = await send('/spillway/deployments/pause', { deployment: 'PJ9', paused: true });
    expect([unknown.status, unknown.headers.get('x-spillway-error')]).toEqual([404, 'not_found']);
  });
});

describe('a script of faults', () => {
  it('that is none is refused as what was sent, with its places', async () => {
    const reply = await send('/spillway/simulator/faults', { text: '{kind: nothing}' });
    expect([reply.status, reply.headers.get('x-spillway-error')]).toEqual([400, 'invalid_request']);
    expect(await reply.text()).toContain('kind: expected one of');
  });
});

describe('an app from an address', () => {
  it.each(['ftp://x/a.yml', 'http://127.0.0.1:1/a.yml', 'https://nowhere.invalid/a.yml'])(
    'that gives none is refused for the address: %s',
    async (yaml_url) => {
      const reply = await send('/spillway/apps', { yaml_url });
      expect([reply.status, reply.headers.get('x-spillway-error')]).toEqual([
        400,
        'invalid_request',
      ]);
    },
  );
});

describe('the config', () => {
  it('is shown without secrets, and checked with them', async () => {
    const text =
      'model_list:\n  - model_name: a\n    litellm_params: {model: openai/x, rpm: many}\n';
    const reply = checkReply.parse(await ask('/spillway/config/check', { text }));
    expect(reply.findings).toMatchObject([{ line: 3, severity: 'error' }]);
    const shown = JSON.stringify(await ask('/spillway/config'));
    expect(shown).not.toContain(world.masterKey);
    expect(shown).toContain('os.environ/OPENAI_API_KEY_PJ1');
  });
});

describe('the page', () => {
  it('is served with a policy that lets nothing else in', async () => {
    const page = await fetch(`${world.url}/ui/requests?q=x`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(await page.text()).toContain('<title>test</title>');
    expect((await fetch(`${world.url}/ui/assets/../../package.json`)).status).toBe(404);
    expect((await fetch(`${world.url}/ui/none.js`)).status).toBe(404);
  });

  it('is where a browser is led that comes to the top', async () => {
    const top = await fetch(world.url, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([top.status, top.headers.get('location')]).toEqual([302, '/ui/']);
    expect((await fetch(world.url)).status).toBe(404);
  });
});
