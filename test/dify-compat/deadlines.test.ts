import { expect, test } from 'vitest';
import { VirtualClock } from '#core/virtual-clock.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { startApp } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { answer, type Script } from '../kit/upstream.ts';

const closing = closedAfterEach();

/** One model after another. */
const FLOW = dsl(
  {
    start: { type: 'start', variables: [] },
    first: llmData('{{#sys.query#}}'),
    second: llmData('{{#first.text#}}'),
    answer: { type: 'answer', answer: '{{#second.text#}}' },
  },
  ['start>first', 'first>second', 'second>answer'],
);

type World = Awaited<ReturnType<typeof start>>;

/** The app on a clock that stands, and a gateway behind it that hears how long it has. */
const start = async (script: (clock: VirtualClock) => Script) => {
  const clock = new VirtualClock();
  const row = { provider: 'litellm_proxy' };
  const app = await startApp(FLOW, { clock, row, script: script(clock) });
  closing.push(app.close);
  const told = () => app.upstream.calls.map(({ headers }) => headers['x-request-timeout']);
  return { ...app, clock, told };
};

const MESSAGES = [{ role: 'user', content: 'Hi' }];

/** Every way to ask for the app, and to say how long one waits. */
const WAYS: readonly [
  string,
  (world: World, timeoutS: string, stream: boolean) => Promise<Response>,
][] = [
  [
    'as a model, in a header',
    ({ call, master }, timeout, stream) =>
      call('POST', '/v1/chat/completions', {
        key: master,
        headers: { 'x-request-timeout': timeout },
        body: { model: 'app/test', messages: MESSAGES, stream },
      }),
  ],
  [
    'as a model, in the body',
    ({ call, master }, timeout, stream) =>
      call('POST', '/v1/chat/completions', {
        key: master,
        body: { model: 'app/test', messages: MESSAGES, stream, timeout },
      }),
  ],
  [
    'with its own key',
    ({ call }, timeout, stream) =>
      call('POST', '/v1/chat/completions', { body: { messages: MESSAGES, stream, timeout } }),
  ],
  [
    'as Dify’s clients do',
    ({ call }, timeout, stream) =>
      call('POST', '/v1/chat-messages', {
        headers: { 'x-request-timeout': timeout },
        body: {
          inputs: {},
          query: 'Hi',
          user: 'u',
          response_mode: stream ? 'streaming' : 'blocking',
        },
      }),
  ],
];

test.each(WAYS)('%s: each model call has what is left', async (_, ask) => {
  const world = await start((clock) => async (call, res) => {
    await clock.advance(4_000);
    return answer(call, res);
  });
  expect((await ask(world, '10', false)).status).toBe(200);
  expect(world.told()).toEqual(['10', '6']);
});

test('without a word of the caller’s it is what is left of the run', async () => {
  const world = await start((clock) => async (call, res) => {
    await clock.advance(4_000);
    return answer(call, res);
  });
  const [[, ask]] = WAYS as [(typeof WAYS)[number]];
  expect((await ask(world, '0', false)).status).toBe(200);
  expect(world.told()).toEqual(['1200', '1196']);
});

test.each(WAYS.flatMap(([way, ask]) => [false, true].map((stream) => ({ way, ask, stream }))))(
  '$way: is told in time (stream: $stream)',
  async ({ ask, stream }) => {
    const world = await start((clock) => async () => {
      await clock.advance(3_000);
    });
    const reply = await ask(world, '3', stream);
    const text = await reply.text();
    expect(text).toMatch(/took longer than 3 s|timed out|time-out|in time/);
    expect(world.clock.now()).toBe(3_000);
    expect(world.upstream.calls).toHaveLength(1);
    await world.upstream.calls[0]?.cutOff;
  },
);

test.each(WAYS)('%s: what is no number is an error that names it', async (_, ask) => {
  const world = await start(() => answer);
  const reply = await ask(world, 'soon', false);
  expect([reply.status, await reply.text()]).toEqual([
    400,
    expect.stringMatching(/timeout` must be a number of at least 0/),
  ]);
  expect(world.upstream.calls).toEqual([]);
});

test('a model’s caller who waits no longer hears that asking again is in vain', async () => {
  const world = await start((clock) => async () => {
    await clock.advance(3_000);
  });
  const [[, ask]] = WAYS as [(typeof WAYS)[number]];
  const reply = await ask(world, '3', false);
  expect([reply.status, reply.headers.get('x-should-retry')]).toEqual([408, 'false']);
});
