import OpenAI, { AzureOpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '#config/loaded.ts';
import { playSimulator } from '#simulator/test-kit.ts';
import { closedAfterEach } from './kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import { type PlayedVendor, vendors } from './clients/vendors.ts';
import { answer, STREAM, sendEvents, startUpstream } from './kit/upstream.ts';

const closing = closedAfterEach();

const PROJECTS = ['one', 'two', 'three'];

const simulated = ({ profile, model }: PlayedVendor): string => `profile: ${profile}
projects:
${PROJECTS.map((id) => `  - {id: ${id}, key: sk-simulated-${id}, models: [${model}], rpm: 1000, tpm: 1000000}`).join('\n')}
`;

const clientOf = async (rows: readonly Deployment[]) => {
  const gateway = await startGateway(configOf(rows));
  closing.push(() => gateway.close());
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: MASTER_KEY, maxRetries: 0 });
  return { gateway, client, rows };
};

/** A client before three projects of one vendor, who is spoken to in this dialect or in another. */
const world = async (vendor: PlayedVendor) => {
  const { provider, model, base, more } = vendor;
  const played = await playSimulator(simulated(vendor));
  closing.push(() => played.simulator.close());
  const rows = PROJECTS.map((id) =>
    deployment(id, `${played.url}${base}`, {
      provider,
      model,
      apiKey: `sk-simulated-${id}`,
      group: 'gpt',
      ...more,
    }),
  );
  return clientOf(rows);
};

const TOOLS: OpenAI.Responses.Tool[] = [
  {
    type: 'function',
    name: 'get_weather',
    strict: false,
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
];

const deploymentOf = (response: Response): string => response.headers.get('x-spillway-deployment')!;

describe.each(vendors)('the SDK, before $name', (vendor) => {
  it('gets answers, whole and streamed', async () => {
    const { client } = await world(vendor);
    const asked = { model: 'gpt', input: 'Why is the sky blue?', instructions: 'Be brief.' };
    const { data: whole, response } = await client.responses.create(asked).withResponse();
    expect(whole).toMatchObject({ object: 'response', status: 'completed', error: null });
    expect(whole.id).toMatch(/^resp_\w+$/);
    expect(whole.output_text).toContain('“Why is the sky blue?”');
    expect(whole.usage).toMatchObject({ input_tokens_details: { cached_tokens: 0 } });
    expect(whole.usage!.total_tokens).toBeGreaterThan(20);
    expect(PROJECTS).toContain(deploymentOf(response));
    const stream = client.responses.stream({ ...asked, model: 'gpt' });
    const types: string[] = [];
    let text = '';
    for await (const event of stream) {
      expect(event.sequence_number).toBe(types.length);
      types.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    const last = await stream.finalResponse();
    expect(last.output_text).toBe(text);
    expect(text).toContain('“Why is the sky blue?”');
    expect(types.slice(0, 4)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
    ]);
    expect(types.at(-1)).toBe('response.completed');
  });

  it('calls tools, whole and streamed, and gives their results back', async () => {
    const { client } = await world(vendor);
    const asked = {
      model: 'gpt',
      input: 'Weather?',
      tools: TOOLS,
      tool_choice: 'required',
    } as const;
    const whole = await client.responses.create({ ...asked, tools: TOOLS });
    const streamed = await client.responses.stream({ ...asked, tools: TOOLS }).finalResponse();
    for (const { output } of [whole, streamed]) {
      expect(output).toMatchObject([{ type: 'function_call', name: 'get_weather' }]);
      const [call] = output;
      if (call?.type !== 'function_call') throw new Error('no call');
      expect(JSON.parse(call.arguments)).toEqual({ city: 'sample city' });
      const { id: previous_response_id } = output === whole.output ? whole : streamed;
      const result = { type: 'function_call_output', call_id: call.call_id, output: '21' } as const;
      const next = { model: 'gpt', input: [result], tools: TOOLS, previous_response_id };
      expect(await client.responses.create(next)).toMatchObject({ status: 'completed' });
    }
  });

  it('goes on from an earlier response, asks for it again, and deletes it', async () => {
    const { client, gateway } = await world(vendor);
    for (let i = 0; i < 4; i++) {
      const first = await client.responses.create({ model: 'gpt', input: `The number is ${i}.` });
      const { data: next, response } = await client.responses
        .create({ model: 'gpt', input: 'Which?', previous_response_id: first.id })
        .withResponse();
      expect(next.previous_response_id ?? first.id).toBe(first.id);
      const giver = gateway.gateway.responses.get(first.id, 'master')!;
      // Who keeps it has to be asked again; the others can be any.
      if (!giver.kept) expect(deploymentOf(response)).toBe(giver.deployment);
      const again = await client.responses.retrieve(next.id);
      expect(again.output_text).toBe(next.output_text);
      const items = await client.responses.inputItems.list(next.id);
      const said = JSON.stringify(items.data);
      expect(said).toContain(`The number is ${i}.`);
      expect(said).toContain('Which?');
      await expect(client.responses.cancel(next.id)).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining('Cannot cancel a synchronous response') as string,
      });
      await expect(client.responses.retrieve(next.id, { stream: true })).rejects.toMatchObject({
        status: 400,
        param: 'stream',
      });
      await client.responses.delete(next.id);
      await expect(client.responses.retrieve(next.id)).rejects.toMatchObject({ status: 404 });
    }
  });

  it('keeps the conversation itself, thoughts and calls included, as agents do', async () => {
    const { client } = await world(vendor);
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Weather?' }];
    const asked = {
      model: 'gpt',
      tools: TOOLS,
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
    } as const;
    const first = await client.responses.create({
      ...asked,
      tools: TOOLS,
      include: [...asked.include],
      tool_choice: 'required',
      input,
    });
    const call = first.output.find((item) => item.type === 'function_call')!;
    input.push(...(first.output as OpenAI.Responses.ResponseInput));
    input.push({ type: 'function_call_output', call_id: call.call_id, output: '21 °C' });
    const second = client.responses.stream({
      ...asked,
      tools: TOOLS,
      include: [...asked.include],
      input,
    });
    expect(await second.finalResponse()).toMatchObject({ status: 'completed' });
  });

  it('gets an object of a form', async () => {
    const { client } = await world(vendor);
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    };
    const text = { format: { type: 'json_schema', name: 'place', schema, strict: true } } as const;
    const whole = await client.responses.create({ model: 'gpt', input: 'Which?', text });
    const streamed = client.responses.stream({ model: 'gpt', input: 'Which?', text });
    for (const { output_text: said } of [whole, await streamed.finalResponse()])
      expect(JSON.parse(said)).toEqual({ city: expect.any(String) as string });
  });

  it('is told what is wrong in OpenAI’s envelope', async () => {
    const { client, gateway } = await world(vendor);
    const lost = client.responses.create({
      model: 'gpt',
      input: 'Hi',
      previous_response_id: 'resp_nobody',
    });
    await expect(lost).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(
        "Previous response with id 'resp_nobody' not found",
      ) as string,
    });
    const reply = await gateway.post('/v1/responses', { model: 'gpt', input: 7 });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      error: {
        message: expect.stringContaining('`input` must be a text or an array') as string,
        type: 'invalid_request_error',
        param: 'input',
        code: null,
      },
    });
  });

  it('keeps nothing of what is not to be stored', async () => {
    const { client } = await world(vendor);
    const { id } = await client.responses.create({ model: 'gpt', input: 'Hi', store: false });
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });
});

it('answers the SDK for Azure, too', async () => {
  const [vendor] = vendors;
  const { gateway } = await world(vendor!);
  const client = new AzureOpenAI({
    endpoint: gateway.url,
    apiKey: MASTER_KEY,
    apiVersion: '2025-04-01-preview',
    maxRetries: 0,
  });
  const { id, output_text } = await client.responses.create({ model: 'gpt', input: 'Why?' });
  expect(output_text).toContain('“Why?”');
  expect((await client.responses.retrieve(id)).output_text).toBe(output_text);
  const messages = [{ role: 'user' as const, content: 'Why?' }];
  const chat = await client.chat.completions.create({ model: 'gpt', messages });
  expect(chat.choices[0]?.message.content).toContain('“Why?”');
});

it('finds who keeps an earlier response after a restart', async () => {
  const [vendor] = vendors;
  const { client, rows } = await world(vendor!);
  const { client: restarted } = await clientOf(rows);
  for (let i = 0; i < 4; i++) {
    const { id: previous_response_id } = await client.responses.create({
      model: 'gpt',
      input: 'A',
    });
    const next = { model: 'gpt', input: 'B', previous_response_id };
    expect(await restarted.responses.create(next)).toMatchObject({ status: 'completed' });
    const stream = restarted.responses.stream(next);
    expect(await stream.finalResponse()).toMatchObject({ status: 'completed' });
  }
});

it('says all that was said before to a vendor that keeps nothing', async () => {
  const upstream = await startUpstream(answer);
  closing.push(() => upstream.close());
  const { client } = await clientOf([
    deployment('a', upstream.url, { provider: 'hosted_vllm', group: 'gpt' }),
  ]);
  const first = await client.responses.create({
    model: 'gpt',
    instructions: 'Never repeated.',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'One.' }] }],
    metadata: { topic: 'numbers' },
  });
  expect(first).toMatchObject({
    instructions: 'Never repeated.',
    metadata: { topic: 'numbers' },
    output_text: 'Hello world',
    usage: { input_tokens: 5, output_tokens: 2 },
  });
  const second = await client.responses
    .stream({ model: 'gpt', input: 'Two.', previous_response_id: first.id })
    .finalResponse();
  expect(second.previous_response_id).toBe(first.id);
  await client.responses.create({ model: 'gpt', input: 'Three.', previous_response_id: second.id });
  expect(upstream.calls.map(({ body }) => body['messages'])).toEqual([
    [
      { role: 'system', content: 'Never repeated.' },
      { role: 'user', content: 'One.' },
    ],
    [
      { role: 'user', content: 'One.' },
      { role: 'assistant', content: 'Hello world' },
      { role: 'user', content: 'Two.' },
    ],
    [
      { role: 'user', content: 'One.' },
      { role: 'assistant', content: 'Hello world' },
      { role: 'user', content: 'Two.' },
      { role: 'assistant', content: 'Hello world' },
      { role: 'user', content: 'Three.' },
    ],
  ]);
  const page = await client.responses.inputItems.list(second.id, { limit: 2, order: 'asc' });
  expect(page.data).toMatchObject([
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'One.' }] },
    { type: 'message', role: 'assistant' },
  ]);
  const rest = await page.getNextPage();
  expect(rest.data).toMatchObject([{ content: [{ type: 'input_text', text: 'Two.' }] }]);
});

it.each([
  ['in its own dialect', 'openai'],
  ['in another', 'hosted_vllm'],
])('a stream that breaks off %s is an error, and never looks whole', async (_, provider) => {
  const begun = [
    { type: 'response.created', response: { id: 'resp_1', object: 'response', output: [] } },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hello' },
  ];
  const upstream = await startUpstream(({ path }, res) => {
    const events = begun.map((event) => JSON.stringify({ sequence_number: 0, ...event }));
    sendEvents(res, path.endsWith('/responses') ? events : STREAM.slice(0, 2));
    setImmediate(() => res.destroy());
  });
  closing.push(() => upstream.close());
  const { client, gateway } = await clientOf([
    deployment('a', upstream.url, { provider, group: 'gpt' }),
  ]);
  const types: string[] = [];
  const reading = (async () => {
    const stream = await client.responses.create({ model: 'gpt', input: 'Hi', stream: true });
    for await (const { type } of stream) types.push(type);
  })();
  await expect(reading).rejects.toThrow(/ended|broke|reset|closed/i);
  expect(types).toContain('response.output_text.delta');
  expect(types).not.toContain('response.completed');
  // Half an answer is nothing to go on from, where its vendor keeps none.
  if (provider !== 'openai')
    expect(gateway.gateway.responses.get('resp_1', 'master')).toBeUndefined();
});
