import { sign } from 'aws4';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { type Played, playSimulator } from '#simulator/test-kit.ts';
import { bedrockConverse } from '#wire/bedrock-converse/index.ts';
import { collect } from '#wire/collect.ts';
import { AwsEventStreamReader } from '#wire/framing/aws-event-stream.ts';

const MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const body = { messages: [{ role: 'user', content: [{ text: 'Why is the sky blue?' }] }] };
const tools = [{ toolSpec: { name: 'get_time', inputSchema: { json: { type: 'object' } } } }];

let played: Played;

beforeEach(async () => {
  played = await playSimulator(`
profile: bedrock
projects: [{id: a, key: "AKIDONE:se/cret+1", rpm: 6}, {id: b, key: bedrock-api-key}]
`);
});
afterEach(() => played.simulator.close());

interface Wish {
  readonly operation?: string;
  readonly secret?: string;
  /** Of the signature's, in seconds from now. */
  readonly lateS?: number;
  /** Sent in place of what was signed. */
  readonly sent?: string;
}

/** A call that the tests' library has signed. */
const ask = (said: object, wish: Wish = {}): Promise<Response> => {
  const { operation = 'converse', secret = 'se/cret+1', lateS = 0, sent } = wish;
  const url = new URL(`/model/${encodeURIComponent(MODEL)}/${operation}`, played.url);
  const time = new Date(played.clock.wall() + lateS * 1000);
  const request = sign(
    {
      service: 'bedrock',
      region: 'eu-west-1',
      method: 'POST',
      path: url.pathname,
      headers: {
        Host: url.host,
        'Content-Type': 'application/json',
        'X-Amz-Date': time.toISOString().replace(/[-:]|\.\d+/g, ''),
      },
      body: JSON.stringify(said),
    },
    { accessKeyId: 'AKIDONE', secretAccessKey: secret },
  );
  const { Host: _, 'Content-Length': __, ...headers } = request.headers as Record<string, string>;
  return fetch(url, { method: 'POST', headers, body: sent ?? JSON.stringify(said) });
};

const streamed = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
  const reader = new AwsEventStreamReader(1_000_000);
  const frames = reader.push(Buffer.from(await response.arrayBuffer()));
  const step = bedrockConverse.streamReader();
  const events = frames.flatMap(({ data }) => step.push({ data: data.toString() }));
  return [...events, ...step.end()];
};

test('whole and streamed say the same kind of thing, and count it', async () => {
  const response = await ask(body);
  const whole = collect(bedrockConverse.readReply((await response.json()) as Json));
  const events = await streamed(await ask(body, { operation: 'converse-stream' }));
  for (const { text, finish, usage } of [whole, collect(events)]) {
    expect(text).toContain('“Why is the sky blue?”');
    expect(finish.raw).toBe('end_turn');
    expect(usage?.inputTokens).toBeGreaterThan(5);
    expect(usage?.outputTokens).toBeGreaterThan(20);
  }
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^req_/);
});

test('tools, and thoughts with their seal', async () => {
  const toolConfig = { tools, toolChoice: { any: {} } };
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const events = await streamed(
    await ask(
      { ...body, toolConfig, additionalModelRequestFields: { thinking } },
      { operation: 'converse-stream' },
    ),
  );
  expect(collect(events)).toMatchObject({
    toolCalls: [{ id: expect.stringMatching(/^tooluse_/) as string, name: 'get_time' }],
    finish: { raw: 'tool_use' },
  });
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'block-end', signature: expect.any(String) as string }),
  );
});

describe('signatures', () => {
  test.each<[string, Wish]>([
    ['another secret', { secret: 'other' }],
    ['an old one', { lateS: -301 }],
    ['one of the future', { lateS: 301 }],
    ['another body', { sent: '{"messages":[]}' }],
  ])('%s is refused', async (_, wish) => {
    const response = await ask(body, wish);
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('InvalidSignatureException');
  });

  test('an API key needs none', async () => {
    const response = await fetch(`${played.url}/model/${encodeURIComponent(MODEL)}/converse`, {
      method: 'POST',
      headers: { authorization: 'Bearer bedrock-api-key' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  });
});

describe('errors', () => {
  test('are in the vendor’s words', async () => {
    expect((await ask({})).headers.get('x-amzn-errortype')).toBe('ValidationException');
    const answers = await Promise.all(Array.from({ length: 7 }, () => ask(body)));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('x-amzn-errortype')).toBe('ThrottlingException');
    expect(await refused?.json()).toEqual({
      message: 'Too many requests, please wait before trying again.',
    });
  });

  test('inside a stream, after so many events', async () => {
    await played.fault({ kind: 'error_event', after_events: 3, message: 'Busy.' });
    const events = await streamed(await ask(body, { operation: 'converse-stream' }));
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      error: { type: 'InternalServerException', message: 'Busy.' },
    });
  });

  test('a stream that is no JSON any more', async () => {
    await played.fault({ kind: 'garbage', what: 'json', after_events: 2 });
    const events = await streamed(await ask(body, { operation: 'converse-stream' }));
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind: 'broken' } });
  });
});
