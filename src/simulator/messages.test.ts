import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Played, playSimulator } from '#simulator/test-kit.ts';

const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
const asked = { model: 'claude-sonnet-4-6', max_tokens: 200, messages };
const tools = ['get_weather', 'get_time'].map((name) => ({
  name,
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
}));

let played: Played;
let client: Anthropic;

beforeEach(async () => {
  played = await playSimulator(`
profile: anthropic
projects: [{id: a, key: sk-a, rpm: 60, itpm: 5000, otpm: 5000, models: [claude-sonnet-4-6]}]
`);
  client = new Anthropic({ baseURL: played.url, apiKey: 'sk-a', maxRetries: 0 });
});
afterEach(() => played.simulator.close());

describe('messages through the SDK', () => {
  test('whole and streamed say the same kind of thing, and count it', async () => {
    const { data, response } = await client.messages.create(asked).withResponse();
    const streamed = await client.messages.stream(asked).finalMessage();
    for (const { content, stop_reason, usage } of [data, streamed]) {
      expect(content).toMatchObject([
        { type: 'text', text: expect.stringContaining('“Why is the sky blue?”') as string },
      ]);
      expect(stop_reason).toBe('end_turn');
      expect(usage.input_tokens).toBeGreaterThan(5);
      expect(usage.output_tokens).toBeGreaterThan(20);
    }
    expect(data.id).toMatch(/^msg_/);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('59');
  });

  test('tools', async () => {
    const wish = { ...asked, tools, tool_choice: { type: 'tool' as const, name: 'get_time' } };
    const whole = await client.messages.create(wish);
    const streamed = await client.messages.stream(wish).finalMessage();
    for (const { content, stop_reason } of [whole, streamed]) {
      expect(content).toMatchObject([
        { type: 'tool_use', name: 'get_time', input: { city: 'sample city' } },
      ]);
      expect(stop_reason).toBe('tool_use');
    }
  });

  test('thoughts come first, sealed', async () => {
    const wish = { ...asked, thinking: { type: 'adaptive' as const } };
    const whole = await client.messages.create(wish);
    const streamed = await client.messages.stream(wish).finalMessage();
    for (const { content } of [whole, streamed])
      expect(content).toMatchObject([
        { type: 'thinking', signature: expect.stringMatching(/^\w{80}$/) as string },
        { type: 'text' },
      ]);
  });

  test('a prompt is counted, and costs nothing', async () => {
    const { input_tokens } = await client.messages.countTokens({ model: asked.model, messages });
    const { usage } = await client.messages.create(asked);
    expect(usage.input_tokens).toBe(input_tokens);
    expect(played.simulator.projects()[0]).toMatchObject({ requests: 1 });
  });
});

describe('errors', () => {
  test('are in the vendor’s words', async () => {
    const fail = (changes: object, key = 'sk-a'): Promise<unknown> =>
      client
        .withOptions({ apiKey: key })
        .messages.create({ ...asked, ...changes })
        .catch((error: unknown) => error);
    expect(await fail({ model: 'claude-9' })).toBeInstanceOf(Anthropic.NotFoundError);
    expect(await fail({}, 'sk-b')).toMatchObject({ status: 401, type: 'authentication_error' });
    expect(await fail({ max_tokens: undefined })).toMatchObject({
      status: 400,
      error: { error: { message: 'max_tokens: Field required' } },
    });
    expect(await fail({ max_tokens: 6000 })).toMatchObject({
      status: 429,
      type: 'rate_limit_error',
    });
    const bare = await fetch(`${played.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'sk-a' },
      body: JSON.stringify(asked),
    });
    expect(await bare.text()).toContain('anthropic-version: header is required');
  });

  test('inside a stream, after so many events', async () => {
    await played.fault({ kind: 'error_event', after_events: 3, type: 'overloaded_error' });
    const stream = client.messages.stream(asked);
    const texts: string[] = [];
    stream.on('text', (text) => texts.push(text));
    await expect(stream.finalMessage()).rejects.toMatchObject({ type: 'overloaded_error' });
    expect(texts).toHaveLength(1);
  });

  test('a stream that is cut off before its reason', async () => {
    await played.fault({ kind: 'truncate' });
    await expect(client.messages.stream(asked).finalMessage()).rejects.toThrow();
  });
});
