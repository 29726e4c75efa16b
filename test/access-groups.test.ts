import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const world = async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const row = (name: string, group: string, groups?: readonly string[]) =>
    deployment(name, upstream.url, {
      group,
      ...(groups && { modelInfo: { access_groups: [...groups] } }),
    });
  const rows = [
    row('A1', 'gpt-4.1', ['beta']),
    row('A2', 'gpt-4.1', ['paid']),
    row('B', 'other'),
    row('C', 'vendor/*', ['wild']),
  ];
  const base = configOf(rows);
  const aliases = { fast: { group: 'gpt-4.1', hidden: false } };
  const config = { ...base, routing: { ...base.routing, aliases } };
  const gateway = await startGateway(config, undefined, { keeps: true });
  closing.push(() => gateway.close());
  const post = async (path: string, body: object, key: string) => {
    const reply = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: reply.status, body: (await reply.json()) as { key: string } };
  };
  /** What somebody may ask for whose key names these models. */
  return async (models: readonly string[]) => {
    const { key } = (await post('/key/generate', { models }, MASTER_KEY)).body;
    const asked = ['gpt-4.1', 'fast', 'other', 'vendor/x', 'id-A1'];
    const opened = [];
    for (const model of asked) {
      const { status } = await post('/v1/chat/completions', { model, messages: [] }, key);
      expect([200, 401]).toContain(status);
      if (status === 200) opened.push(model);
    }
    return opened;
  };
};

it('an access group opens what any row of it names, by every name that callers have for it', async () => {
  const opened = await world();
  expect(await opened(['beta'])).toEqual(['gpt-4.1', 'fast']);
  expect(await opened(['paid'])).toEqual(['gpt-4.1', 'fast']);
  expect(await opened(['wild', 'none'])).toEqual(['vendor/x']);
  expect(await opened(['none'])).toEqual([]);
});

it('a model is opened under its alias, too, and an alias for itself alone', async () => {
  const opened = await world();
  expect(await opened(['gpt-4.1'])).toEqual(['gpt-4.1', 'fast']);
  expect(await opened(['fast'])).toEqual(['fast']);
  expect(await opened(['vendor/*'])).toEqual(['vendor/x']);
  expect(await opened(['id-A1'])).toEqual(['id-A1']);
});
