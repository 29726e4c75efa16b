import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';
import { chunk, type Script, sendEvents } from '../kit/upstream.ts';

const closing = closedAfterEach();

const asWorkflow = (text: string, name: string): string =>
  text.replace('"advanced-chat"', '"workflow"').replace('"name":"test"', `"name":"${name}"`);

const INNER = asWorkflow(
  dsl(
    {
      start: {
        type: 'start',
        variables: [{ variable: 'q', type: 'paragraph', required: false }],
      },
      llm: llmData('Inside: {{#start.q#}}'),
      end: { type: 'end', outputs: [{ variable: 'said', value_selector: ['llm', 'text'] }] },
    },
    ['start>llm', 'llm>end'],
  ),
  'inner',
);

const REF = { provider_type: 'workflow', provider_name: 'inner', tool_name: 'inner' };

const outer = (node: object): string =>
  asWorkflow(
    dsl(
      {
        start: { type: 'start' },
        use: node,
        end: { type: 'end', outputs: [{ variable: 'text', value_selector: ['use', 'text'] }] },
      },
      ['start>use', 'use>end'],
    ),
    'test',
  );

interface Trace extends JsonObject {
  readonly trace: (JsonObject & { nodeId: string; calls?: JsonObject[] })[];
}

/** What a run of a workflow came to, and its row of the node that uses the other one. */
const ran = async (node: object, script?: Script) => {
  const app = await startApp(outer(node), script ? { script } : {});
  closing.push(app.close);
  await app.call('POST', '/spillway/apps', { key: app.master, body: { yaml: INNER } });
  const body = { inputs: {}, user: 'me', response_mode: 'blocking' };
  const reply = await app.call('POST', '/v1/workflows/run', { body });
  const { data, workflow_run_id: id } = (await reply.json()) as { data: JsonObject } & JsonObject;
  const shown = await app.call('GET', `/spillway/runs/${textOf(id)}`, { key: app.master });
  const { trace } = (await shown.json()) as Trace;
  return { data, row: trace.find(({ nodeId }) => nodeId === 'use') };
};

test('the model calls of a workflow that is a tool are told and counted where it is used', async () => {
  const parameters = { q: { type: 'mixed', value: 'x' } };
  const { data, row } = await ran({ type: 'tool', ...REF, tool_parameters: parameters });
  expect(data).toMatchObject({
    status: 'succeeded',
    outputs: { text: 'You said: Inside: x' },
    total_tokens: 11,
  });
  expect(row?.calls).toMatchObject([
    { deployment: expect.any(String), callId: expect.any(String), inputTokens: 7, outputTokens: 4 },
  ]);
});

test('so are those of one that fails after all', async () => {
  const { data, row } = await ran({ type: 'tool', ...REF }, (_, res) => {
    sendEvents(res, [chunk({ content: 'half' })]);
    res.end();
  });
  expect(data).toMatchObject({ status: 'failed' });
  expect(row?.calls).toMatchObject([{ callId: expect.any(String) }]);
});

test('an agent that uses it has them beside its own', async () => {
  const usage = { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 };
  let asked = 0;
  const script: Script = ({ body }, res) => {
    const isAgent = JSON.stringify(body['messages']).includes('Find out');
    const call = { index: 0, id: 'c', type: 'function' };
    const delta =
      isAgent && asked++ === 0
        ? { tool_calls: [{ ...call, function: { name: 'inner', arguments: '{"q": "y"}' } }] }
        : { content: isAgent ? 'found' : 'inside' };
    sendEvents(res, [
      chunk(delta),
      chunk({}, { finish_reason: 'stop' }),
      JSON.stringify({ ...(JSON.parse(chunk({})) as object), choices: [], usage }),
      '[DONE]',
    ]);
    res.end();
  };
  const model = { provider: 'p', model: 'gpt-4.1', mode: 'chat', completion_params: {} };
  const parameters = {
    model: { type: 'constant', value: model },
    query: { type: 'constant', value: 'Find out' },
    tools: { type: 'constant', value: [{ ...REF, type: 'workflow', enabled: true }] },
  };
  const { data, row } = await ran({ type: 'agent', agent_parameters: parameters }, script);
  expect(data).toMatchObject({ outputs: { text: 'found' }, total_tokens: 63 });
  expect(row?.calls).toHaveLength(3);
});
