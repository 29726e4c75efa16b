import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { playSimulator } from '#simulator/test-kit.ts';
import { vendors } from './clients/vendors.ts';
import { closedAfterEach } from './kit/closing.ts';
import { configOf, deployment, MASTER_KEY, startGateway } from './kit/gateway.ts';

const closing = closedAfterEach();

const PRICING = {
  provider: 'nobody',
  model: 'm',
  own: { input: { nanos: 1e15 }, output: { nanos: 1e15 } },
};
const DOLLARS_PER_TOKEN = 1;

describe.each(vendors)('keys, before $name', ({ profile, provider, model, base, more }) => {
  const world = async () => {
    const played = await playSimulator(`profile: ${profile}
projects: [{id: one, key: sk-simulated-one, models: [${model}], rpm: 1000, tpm: 1000000}]
`);
    closing.push(() => played.simulator.close());
    const row = deployment('one', `${played.url}${base}`, {
      provider,
      model,
      apiKey: 'sk-simulated-one',
      group: 'gpt',
      pricing: PRICING,
      ...more,
    });
    const gateway = await startGateway(configOf([row]), undefined, { keeps: true });
    closing.push(() => gateway.close());
    const manage = async (path: string, body?: object) => {
      const reply = await fetch(`${gateway.url}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return (await reply.json()) as Record<string, unknown>;
    };
    const keyOf = async (fields: object = {}) => {
      const { key, token } = await manage('/key/generate', fields);
      const apiKey = key as string;
      const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
      const spend = async () => {
        await gateway.keeping!.writer.flush();
        const { info } = await manage(`/key/info?key=${token as string}`);
        return (info as { spend: number }).spend;
      };
      return { responses: client.responses, spend };
    };
    return { keyOf };
  };

  it('have responses that no other key sees, or goes on from', async () => {
    const { keyOf } = await world();
    const [ann, bob] = [await keyOf(), await keyOf()];
    const { id } = await ann.responses.create({ model: 'gpt', input: 'A secret' });
    const then = { model: 'gpt', input: 'What was it?', previous_response_id: id };
    expect((await ann.responses.create(then)).status).toBe('completed');
    expect((await ann.responses.retrieve(id)).id).toBe(id);
    const gone = { status: 404 };
    await expect(bob.responses.retrieve(id)).rejects.toMatchObject(gone);
    await expect(bob.responses.inputItems.list(id)).rejects.toMatchObject(gone);
    await expect(bob.responses.delete(id)).rejects.toMatchObject(gone);
    const refusal = { status: 400, param: 'previous_response_id' };
    await expect(bob.responses.create(then)).rejects.toMatchObject(refusal);
  });

  it('pay for responses, whole and streamed, of the models that they may have', async () => {
    const { keyOf } = await world();
    const ann = await keyOf({ models: ['gpt'] });
    const asked = { model: 'gpt', input: 'Why is the sky blue?' };
    const { usage } = await ann.responses.create(asked);
    const whole = usage!.total_tokens * DOLLARS_PER_TOKEN;
    expect(await ann.spend()).toBeCloseTo(whole, 6);
    const stream = ann.responses.stream(asked);
    const last = await stream.finalResponse();
    const streamed = last.usage!.total_tokens * DOLLARS_PER_TOKEN;
    expect(await ann.spend()).toBeCloseTo(whole + streamed, 6);
    const bob = await keyOf({ models: ['another'] });
    await expect(bob.responses.create(asked)).rejects.toMatchObject({ status: 401 });
    const poor = await keyOf({ max_budget: 0.001 });
    const long = { ...asked, max_output_tokens: 100 };
    await expect(poor.responses.create(long)).rejects.toMatchObject({ status: 429 });
    expect(await poor.spend()).toBe(0);
    // What may come without a bound is only guessed: the first of these takes all there is, and more.
    await poor.responses.create(asked);
    expect(await poor.spend()).toBeGreaterThan(0.001);
    await expect(poor.responses.create(asked)).rejects.toMatchObject({ status: 429 });
  });
});
