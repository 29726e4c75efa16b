import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { dsl, llmData } from '#flow/test-kit.ts';
import { eventsOf, startApp, textOf } from '../kit/apps.ts';
import { closedAfterEach } from '../kit/closing.ts';

const closing = closedAfterEach();

const FLOW = dsl(
  {
    start: { type: 'start' },
    one: llmData('{{#sys.query#}}'),
    two: llmData('{{#one.text#}} again'),
    answer: {
      type: 'answer',
      answer:
        '{{#one.usage.total_price#}} {{#one.usage.currency#}}, {{#one.usage.prompt_unit_price#}} a million',
    },
  },
  ['start>one', 'one>two', 'two>answer'],
);

const streamed = async (row: Parameters<typeof startApp>[1]) => {
  const app = await startApp(FLOW, row);
  closing.push(app.close);
  const body = { inputs: {}, query: 'Hi', user: 'me', response_mode: 'streaming' };
  const events = await eventsOf(await app.call('POST', '/v1/chat-messages', { body }));
  const usageOf = (id: string): unknown => {
    const found = events.find(
      ({ event, data }) => event === 'node_finished' && (data as JsonObject)['node_id'] === id,
    );
    const { outputs, process_data: process } = found!['data'] as Record<string, JsonObject>;
    expect(process!['usage']).toEqual(outputs!['usage']);
    return outputs!['usage'];
  };
  const end = events.at(-1)!['metadata'] as JsonObject;
  const said = events.flatMap(({ event, answer }) => (event === 'message' ? [textOf(answer)] : []));
  return { usageOf, usage: end['usage'], said: said.join('') };
};

/** $2 a million tokens in, $8 out: as the table has it. */
const GPT = { provider: 'openai', model: 'gpt-4.1', own: {} };

const SECONDS = expect.any(Number);

test('a node says what its call cost and of what that is made, the end what all calls did', async () => {
  const { usageOf, usage, said } = await streamed({ row: { pricing: GPT } });
  // "You said: Hi" of 7 tokens; then "You said: You said: Hi again", of 7 too.
  const rates = {
    prompt_unit_price: '2',
    prompt_price_unit: '0.000001',
    completion_unit_price: '8',
    completion_price_unit: '0.000001',
    currency: 'USD',
  };
  expect(usageOf('one')).toEqual({
    ...rates,
    prompt_tokens: 7,
    prompt_price: '0.000014',
    completion_tokens: 3,
    completion_price: '0.000024',
    total_tokens: 10,
    total_price: '0.000038',
    latency: SECONDS,
    time_to_first_token: SECONDS,
    time_to_generate: SECONDS,
  });
  expect(usage).toEqual({
    ...rates,
    prompt_tokens: 14,
    prompt_price: '0.000028',
    completion_tokens: 9,
    completion_price: '0.000072',
    total_tokens: 23,
    total_price: '0.0001',
    latency: SECONDS,
  });
  expect(said).toBe('0.000038 USD, 2 a million');
});

test('what has no price stands at 0, with all fields there', async () => {
  const { usageOf, said } = await streamed({ row: { pricing: { ...GPT, model: 'nobody-knows' } } });
  expect(usageOf('two')).toMatchObject({
    prompt_tokens: 7,
    prompt_unit_price: '0',
    prompt_price_unit: '0',
    prompt_price: '0',
    completion_price: '0',
    total_price: '0',
    currency: 'USD',
    latency: SECONDS,
  });
  expect(said).toBe('0 USD, 0 a million');
});

test('a container says what its rounds came to, those of containers inside included', async () => {
  const flow = dsl(
    {
      start: { type: 'start' },
      list: {
        type: 'code',
        code_language: 'javascript',
        code: 'function main() { return { out: ["Hi", "Hi"] }; }',
        variables: [],
        outputs: { out: { type: 'array[string]' } },
      },
      loop: {
        type: 'loop',
        loop_count: 3,
        start_node_id: 'begin',
        break_conditions: [
          { variable_selector: ['loop', 'n'], comparison_operator: '≥', value: '2' },
        ],
        loop_variables: [
          { id: '1', label: 'n', var_type: 'number', value_type: 'constant', value: '0' },
        ],
      },
      'loop/begin': { type: 'loop-start' },
      'loop/each': {
        type: 'iteration',
        iterator_selector: ['list', 'out'],
        output_selector: ['ask', 'text'],
        start_node_id: 'first',
        is_parallel: true,
      },
      'each/first': { type: 'iteration-start' },
      'each/ask': llmData('{{#each.item#}}'),
      'loop/more': {
        type: 'assigner',
        version: '2',
        items: [
          { variable_selector: ['loop', 'n'], input_type: 'constant', operation: '+=', value: 1 },
        ],
      },
      answer: { type: 'answer', answer: '{{#loop.n#}}' },
    },
    ['start>list', 'list>loop', 'begin>each', 'first>ask', 'each>more', 'loop>answer'],
  );
  const app = await startApp(flow, { row: { pricing: GPT } });
  closing.push(app.close);
  const body = { inputs: {}, query: 'Hi', user: 'me', response_mode: 'streaming' };
  const events = await eventsOf(await app.call('POST', '/v1/chat-messages', { body }));
  const told = (name: string) =>
    events.flatMap(({ event, data }) => (event === name ? [data as JsonObject] : []));
  // Two calls of 10 tokens, in each of two rounds.
  expect(told('iteration_completed')).toHaveLength(2);
  expect(told('iteration_completed')[1]).toMatchObject({
    total_tokens: 20,
    execution_metadata: {
      total_tokens: 20,
      total_price: '0.000076',
      currency: 'USD',
      iteration_duration_map: { 0: SECONDS, 1: SECONDS },
    },
  });
  expect(told('loop_completed')[0]).toMatchObject({
    total_tokens: 40,
    execution_metadata: {
      total_tokens: 40,
      total_price: '0.000152',
      loop_duration_map: { 0: SECONDS, 1: SECONDS },
      loop_variable_map: { 0: { n: 1 }, 1: { n: 2 } },
      completed_reason: 'loop_break',
    },
  });
  // Nothing is counted twice.
  expect(told('workflow_finished')[0]).toMatchObject({ total_tokens: 40, status: 'succeeded' });
});
