import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { type Played, playSimulator } from '#simulator/test-kit.ts';
import { cohereChat } from '#wire/cohere-chat/index.ts';
import { collect } from '#wire/collect.ts';
import { runStep, sseFrames } from '#wire/test-kit.ts';

const asked = {
  model: 'command-a-03-2025',
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
};
const tools = [
  { type: 'function', function: { name: 'get_time', parameters: { type: 'object' } } },
];

let played: Played;

beforeEach(async () => {
  played = await playSimulator('profile: cohere\nprojects: [{id: a, key: sk-a, rpm: 6}]\n');
});
afterEach(() => played.simulator.close());

const ask = (more: object = {}, key = 'sk-a'): Promise<Response> =>
  fetch(`${played.url}/v2/chat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ ...asked, ...more }),
  });

const streamed = async (response: Response) =>
  runStep(cohereChat.streamReader(), sseFrames([Buffer.from(await response.arrayBuffer())]));

test('whole and streamed say the same kind of thing, and count it', async () => {
  const whole = collect(cohereChat.readReply((await (await ask()).json()) as Json));
  for (const { text, finish, usage } of [
    whole,
    collect(await streamed(await ask({ stream: true }))),
  ]) {
    expect(text).toContain('“Why is the sky blue?”');
    expect(finish.raw).toBe('COMPLETE');
    expect(usage?.outputTokens).toBeGreaterThan(20);
  }
});

test('tools', async () => {
  const events = await streamed(await ask({ stream: true, tools, tool_choice: 'REQUIRED' }));
  expect(collect(events)).toMatchObject({
    toolCalls: [{ name: 'get_time' }],
    finish: { raw: 'TOOL_CALL' },
  });
});

test('errors are in the vendor’s words', async () => {
  expect(await (await ask({}, 'sk-b')).json()).toEqual({ message: 'invalid api token' });
  expect((await ask({ model: 'command-z' })).status).toBe(404);
  const answers = await Promise.all(Array.from({ length: 7 }, () => ask()));
  const refused = answers.find(({ status }) => status === 429);
  expect(await refused?.json()).toEqual({
    message: expect.stringMatching(
      /^You are using a Trial key, which is limited to 6 API calls/,
    ) as string,
  });
  await played.clock.advance(60_000);
  await played.fault({ kind: 'error_event', after_events: 3, message: 'Busy.' });
  expect((await streamed(await ask({ stream: true }))).at(-1)).toMatchObject({
    type: 'error',
    error: { message: 'Busy.' },
  });
});
