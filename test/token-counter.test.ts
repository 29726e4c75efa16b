import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';
import { answer, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

it('LiteLLM’s token counter weighs a prompt, and asks nobody', async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const gateway = await startGateway(configOf([deployment('D', upstream.url)]));
  closing.push(() => gateway.close());
  const count = async (body: object) => {
    const reply = await fetch(`${gateway.url}/utils/token_counter`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const told = (await reply.json()) as { total_tokens: number; error?: { param: string } };
    return { status: reply.status, told, headers: reply.headers };
  };
  const model = 'gpt-4.1';
  const text = 'word '.repeat(1_000);
  const short = await count({ model, prompt: 'word', messages: null });
  expect(short.status).toBe(200);
  expect(short.headers.get('x-spillway-estimated')).toBe('true');
  expect(short.told).toEqual({
    total_tokens: expect.any(Number),
    request_model: model,
    model_used: 'gpt-4.1-upstream',
    tokenizer_type: 'estimate',
    original_response: null,
    error: false,
    error_message: null,
  });
  for (const long of [
    { prompt: text },
    { messages: [{ role: 'user', content: text }] },
    { contents: [{ role: 'user', parts: [{ text }] }] },
  ]) {
    const { total_tokens: tokens } = (await count({ model, ...long })).told;
    expect(tokens).toBeGreaterThan(800);
    expect(tokens).toBeLessThan(2_000);
  }
  expect(upstream.calls).toHaveLength(0);

  expect(await count({ model })).toMatchObject({
    status: 400,
    told: { error: { param: 'messages' } },
  });
  expect((await count({ model, messages: 'x' })).status).toBe(400);
  expect((await count({ prompt: 'x' })).status).toBe(400);
  // As for every request of a model that there is not.
  expect(await count({ model: 'nobody', prompt: 'x' })).toMatchObject({
    status: 400,
    told: { error: { param: 'model' } },
  });
});
