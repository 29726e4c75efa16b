import { expect, it } from 'vitest';
import { closedAfterEach } from './kit/closing.ts';
import { MASTER_KEY, configOf, deployment, startGateway } from './kit/gateway.ts';
import { spillway } from './kit/program.ts';
import { answer, sendJson, startUpstream, USAGE } from './kit/upstream.ts';

const closing = closedAfterEach();

const world = async () => {
  const upstream = await startUpstream((call, res) =>
    call.body['user'] === 'bad'
      ? sendJson(res, 400, { error: { message: 'no', type: 'invalid_request_error' } })
      : answer(call, res),
  );
  closing.push(() => upstream.close());
  const rows = [
    deployment('PJ1', upstream.url),
    deployment('mini', upstream.url, { group: 'gpt-4.1-mini' }),
  ];
  const gateway = await startGateway(configOf(rows));
  closing.push(() => gateway.close());
  const tail = (...args: string[]) =>
    spillway(['tail', '--url', gateway.url, ...args], { LITELLM_MASTER_KEY: MASTER_KEY });
  /** Asks until the tail shows it: it may not have been watching yet. */
  const untilShown = async (program: ReturnType<typeof tail>, what: RegExp, body: object) => {
    const said = program.says(what).then(() => true);
    const soon = () =>
      new Promise<false>((resolve) => {
        setTimeout(() => resolve(false), 50);
      });
    do await (await gateway.chat(body)).text();
    while (!(await Promise.race([said, soon()])));
  };
  return { gateway, tail, untilShown };
};

it('shows each request as it ends, and ends well on Ctrl-C', async () => {
  const { tail, untilShown } = await world();
  const program = tail();
  await untilShown(program, /master\/ann/, { user: 'ann', stream: true });
  await untilShown(program, /master\/bad/, { user: 'bad' });
  const { code, out, err } = await program.stop('SIGINT');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const [head, first] = out.split('\n');
  expect(head).toMatch(
    /^TIME +STATUS +MODEL +DEPLOYMENT +TOOK +IN LINE +FIRST +IN +OUT +CALLER +ID$/,
  );
  expect(first).toMatch(
    /^\d\d:\d\d:\d\d {2}200 {5}gpt-4\.1 +PJ1 +[\d.]+ m?s +0 ms +[\d.]+ m?s +5 +2 {2}master\/ann +[0-9a-f]{8}$/,
  );
  expect(out).toMatch(/ {2}400 {5}gpt-4\.1 .* master\/bad +[0-9a-f]{8} {2}The upstream refused/);
});

it('gives programs a record of each request', async () => {
  const { gateway, tail, untilShown } = await world();
  const program = tail('--json', '--group', 'gpt-4.1-mini', '--status', '2xx');
  await untilShown(program, /\n/, { model: 'gpt-4.1-mini', max_tokens: 300 });
  await (await gateway.chat({ user: 'elsewhere' })).text();
  await (await gateway.chat({ model: 'gpt-4.1-mini', user: 'bad' })).text();
  await untilShown(program, /"user":"last"/, { model: 'gpt-4.1-mini', user: 'last' });
  const { out } = await program.stop('SIGINT');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines[0]).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    group: 'gpt-4.1-mini',
    fallback: null,
    deployment: 'mini',
    status: 200,
    asked_model: null,
    key: 'master',
    user: '',
    priority: 'interactive',
    stream: false,
    input_tokens: USAGE.prompt_tokens,
    estimated_input_tokens: 13,
    output_tokens: USAGE.completion_tokens,
    usage_estimated: false,
    cost_usd: null,
    max_output_tokens: 300,
    queue_ms: 0,
    first_ms: null,
    total_ms: expect.any(Number) as number,
    attempts: 1,
    error: null,
  });
  expect(new Set(lines.map(({ user }) => user))).toEqual(new Set(['', 'last']));
});

it('says so when the gateway stops, is not there, or refuses', async () => {
  const { gateway, tail, untilShown } = await world();
  const program = tail();
  await untilShown(program, /gpt-4\.1/, {});
  gateway.gateway.events.close();
  const stopped = await program.ended;
  expect({ code: stopped.code, err: stopped.err }).toEqual({
    code: 1,
    err: `spillway: The gateway at ${gateway.url} has stopped.\n`,
  });
  const [absent, refused, asked] = await Promise.all([
    spillway(['tail', '--url', 'http://127.0.0.1:9']).ended,
    tail('--key', 'sk-wrong').ended,
    tail('--status', 'lots').ended,
  ]);
  expect(absent).toMatchObject({ code: 1, out: '' });
  expect(absent.err).toContain('No gateway answers at http://127.0.0.1:9. Is it running?');
  expect(refused.err).toContain('refuses this key');
  expect(refused.err).not.toContain('sk-wrong');
  expect(asked.err).toContain('`status` must be a status such as 429');
});
