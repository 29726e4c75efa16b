import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, startGateway } from './kit/gateway.ts';
import { answer, sendJson, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

/** Two rows of a pattern, the second of which always asks for the same model, and one of a name. */
const world = async () => {
  const upstream = await startUpstream((call, res) =>
    call.path === '/v1/embeddings'
      ? sendJson(res, 200, { object: 'list', data: [], usage: { prompt_tokens: 1 } })
      : answer(call, res),
  );
  closing.push(() => upstream.close());
  const row = (name: string, group: string, model: string) =>
    deployment(name, upstream.url, { group, model });
  const gateway = await startGateway(
    configOf([
      row('any', 'openai/*', '*'),
      row('fast', 'fast-*', 'gpt-*-mini'),
      row('exact', 'openai/gpt-9', 'exact'),
    ]),
  );
  closing.push(() => gateway.close());
  return { upstream, gateway };
};

it.each([
  ['openai/gpt-4.1', 'gpt-4.1'],
  ['gpt-4.1', 'gpt-4.1'],
  ['fast-4.1', 'gpt-4.1-mini'],
  ['openai/gpt-9', 'exact'],
])('%s is asked for as %s, whole, streamed and embedded', async (name, asked) => {
  const { upstream, gateway } = await world();
  for (const stream of [false, true]) {
    const reply = await gateway.chat({ model: name, stream });
    expect(reply.status).toBe(200);
    await reply.text();
  }
  const embedded = await gateway.post('/v1/embeddings', { model: name, input: 'a' });
  expect(embedded.status).toBe(200);
  expect(upstream.calls.map(({ body }) => body['model'])).toEqual([asked, asked, asked]);
});

it('a name that fits nothing is refused with the patterns there are, which are not listed', async () => {
  const { gateway } = await world();
  const reply = await gateway.chat({ model: 'slow-1' });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain('here: openai/gpt-9, openai/*, fast-*.');
  const models = await fetch(`${gateway.url}/v1/models`, {
    headers: { authorization: 'Bearer sk-test-master' },
  });
  expect(((await models.json()) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([
    'openai/gpt-9',
  ]);
});
