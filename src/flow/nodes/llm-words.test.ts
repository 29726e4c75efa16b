import { expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import type { RunFinish } from '#flow/events.ts';
import { fileValue } from '#flow/file.ts';
import type { RunOptions } from '#flow/run.ts';
import { answerOf, dsl, flowOf, llmData, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const IMAGE = fileValue({
  id: 'f',
  kind: 'image',
  method: 'local_file',
  name: 'cat.png',
  extension: '.png',
  mimeType: 'image/png',
  sizeBytes: 7,
  url: '',
});
const LINK = { ...IMAGE, transfer_method: 'remote_url', url: 'https://example.com/cat.png' };

interface Asked {
  readonly more: object;
  readonly pieces?: readonly string[];
  readonly answer?: string;
  readonly options?: Partial<RunOptions>;
}

const ask = async ({ more, pieces = ['x'], answer = '{{#llm.text#}}', options = {} }: Asked) => {
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces }));
  const flow = flowOf(
    dsl(
      {
        start: { type: 'start' },
        llm: llmData('{{#sys.query#}}', more),
        answer: { type: 'answer', answer },
      },
      ['start>llm', 'llm>answer'],
    ),
  );
  const events = await runToEnd(flow, clock, { services, ...options });
  const finish = events.at(-1) as RunFinish;
  return { request: services.calls[0]?.request, text: answerOf(events), finish, events };
};

const texts = (request: Awaited<ReturnType<typeof ask>>['request']): Json =>
  (request?.messages ?? []).map(({ role, parts }) => [
    role,
    parts.map((part) => (part.kind === 'text' ? part.text : part.kind)).join('|'),
  ]);

const past = {
  history: [
    { query: 'one?', answer: 'one.' },
    { query: 'two?', answer: 'two.' },
  ],
  variables: {},
};

test('a conversation is told as far as its window goes, and then what is asked now', async () => {
  const prompt_template = [{ role: 'system', text: 'Be brief.' }];
  const memory = {
    window: { enabled: true, size: 1 },
    query_prompt_template: 'Q: {{#sys.query#}}',
  };
  const { request } = await ask({ more: { prompt_template, memory }, options: { past } });
  expect(texts(request)).toEqual([
    ['system', 'Be brief.'],
    ['user', 'two?'],
    ['assistant', 'two.'],
    ['user', 'Q: Hi'],
  ]);
  const whole = await ask({
    more: { prompt_template, memory: { window: { enabled: false } } },
    options: { past },
  });
  expect(texts(whole.request)).toHaveLength(6);
});

test('a prompt alone has places for what was said and for what is asked', async () => {
  const more = {
    prompt_template: { text: 'So far:\n{{#histories#}}\nNow: #sys.query#' },
    memory: { role_prefix: { user: 'U', assistant: '' }, window: { enabled: false } },
  };
  const { request } = await ask({ more, options: { past } });
  expect(texts(request)).toEqual([
    ['user', 'So far:\nU: one?\nAssistant: one.\nU: two?\nAssistant: two.\nNow: Hi'],
  ]);
});

test('a prompt of Jinja has its own variables, and the context', async () => {
  const more = {
    prompt_template: [
      {
        role: 'user',
        text: 'unused',
        edition_type: 'jinja2',
        jinja2_text: '{% for n in files %}{{ n.filename }}{% endfor %} {{ q }} <{{ context }}>',
      },
    ],
    prompt_config: {
      jinja2_variables: [
        { variable: 'files', value_selector: ['sys', 'files'] },
        { variable: 'q', value_selector: ['sys', 'query'] },
      ],
    },
    context: { enabled: true, variable_selector: ['sys', 'query'] },
  };
  const { request } = await ask({ more, options: { files: [IMAGE] } });
  expect(texts(request)).toEqual([['user', 'cat.png Hi <Hi>']]);
});

test('pictures stand before the words; what is only here is sent, what has an address is named', async () => {
  const vision = { enabled: true, configs: { detail: 'low', variable_selector: ['sys', 'files'] } };
  const { request } = await ask({ more: { vision }, options: { files: [IMAGE, LINK] } });
  expect(request?.messages).toEqual([
    {
      role: 'user',
      parts: [
        {
          kind: 'image',
          detail: 'low',
          source: { kind: 'data', mediaType: 'image/png', data: btoa('cat.png') },
        },
        { kind: 'image', detail: 'low', source: { kind: 'url', url: LINK.url } },
        { kind: 'text', text: 'Hi' },
      ],
    },
  ]);
  const inPrompt = [{ role: 'user', text: 'See {{#sys.files#}}' }];
  const named = await ask({ more: { prompt_template: inPrompt }, options: { files: [LINK] } });
  expect(texts(named.request)).toEqual([
    ['user', 'See '],
    ['user', 'image'],
  ]);
});

test('an answer of a shape is asked for and read, and must have one', async () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } } };
  const more = { structured_output_enabled: true, structured_output: { schema } };
  const answer = '{{#llm.structured_output.a#}}';
  const good = await ask({ more, pieces: ['```json\n{"a": ', '7,}\n```'], answer });
  expect(good.request?.format).toEqual({ kind: 'schema', name: 'output', schema });
  expect(good.finish.outputs).toEqual({ answer: '7' });
  const bad = await ask({ more, pieces: ['sorry'], answer });
  expect(bad.finish.error?.message).toContain('Failed to parse structured output');
});

test('thoughts stay in the text, or are kept apart from it while it streams', async () => {
  const pieces = ['<thi', 'nk>hm', 'm</th', 'ink>\n\nso', ' be it'];
  const answer = '{{#llm.text#}}/{{#llm.reasoning_content#}}';
  const tagged = await ask({ more: { reasoning_format: 'tagged' }, pieces, answer });
  expect(tagged.finish.outputs).toEqual({ answer: '<think>hmm</think>\n\nso be it/' });
  const apart = await ask({ more: { reasoning_format: 'separated' }, pieces, answer });
  expect(apart.finish.outputs).toEqual({ answer: 'so be it/hmm' });
  expect(apart.text).toBe('so be it/hmm');
});

test('parameters may hold variables, and a schema as the form keeps it', async () => {
  const completion_params = {
    response_format: 'json_schema',
    json_schema: '{"name": "n", "strict": true, "schema": {"type": "object"}}',
    reasoning_effort: 'low',
    tag: 'for {{#sys.query#}}',
    top_p: 0.5,
    max_tokens: -1,
  };
  const { request } = await ask({ more: { model: { name: 'gpt-4.1', completion_params } } });
  expect(request).toMatchObject({
    format: { kind: 'schema', name: 'n', strict: true, schema: { type: 'object' } },
    reasoning: { effort: 'low' },
    topP: 0.5,
    extra: { tag: 'for Hi', max_tokens: -1 },
  });
});
