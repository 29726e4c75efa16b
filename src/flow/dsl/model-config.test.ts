import { expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { answerOf, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const MODEL = {
  provider: 'langgenius/vendor/vendor',
  name: 'gpt-4.1',
  mode: 'chat',
  completion_params: { temperature: 0.2 },
};
const FORM = [
  { 'text-input': { label: 'Tone', variable: 'tone', required: true, max_length: 10 } },
  { select: { label: 'Lang', variable: 'lang', options: ['en', 'ja'], default: 'en' } },
];

const run = async (mode: string, config: JsonObject, more: object = {}) => {
  const clock = new VirtualClock();
  const services = new ScriptedChat(clock, () => ({ pieces: ['ok', '.'] }));
  const flow = flowOf(
    JSON.stringify({
      version: '0.1.5',
      app: { mode, name: 'small' },
      model_config: { model: MODEL, user_input_form: FORM, ...config },
    }),
  );
  const past = { history: [{ query: 'before?', answer: 'yes' }], variables: {} };
  const events = await runToEnd(flow, clock, {
    services,
    inputs: { tone: 'kind' },
    past,
    ...more,
  });
  const request = services.calls[0]?.request;
  return {
    app: flow.app,
    answer: answerOf(events),
    request,
    said: request?.messages.map(({ role, parts: [part] }) => [
      role,
      part?.kind === 'text' ? part.text : '',
    ]),
  };
};

test('a chat app: its prompt, what was said, what is asked', async () => {
  const { app, answer, said, request } = await run('chat', {
    pre_prompt: 'Be {{tone}} in {{lang}}, not {{other thing}}.',
    opening_statement: 'Hello!',
    suggested_questions: ['Why?'],
  });
  expect(said).toEqual([
    ['system', 'Be kind in en, not {{other thing}}.'],
    ['user', 'before?'],
    ['assistant', 'yes'],
    ['user', 'Hi'],
  ]);
  expect(request?.temperature).toBe(0.2);
  expect(answer).toBe('ok.');
  expect(app).toMatchObject({ mode: 'advanced-chat', written: 'chat' });
  expect(app.features).toMatchObject({ openingStatement: 'Hello!', suggestedQuestions: ['Why?'] });
});

test('advanced prompts, as messages and as one text', async () => {
  const messages = await run('chat', {
    prompt_type: 'advanced',
    chat_prompt_config: { prompt: [{ role: 'system', text: 'Tone: {{tone}}{{#context#}}' }] },
  });
  expect(messages.said?.[0]).toEqual(['system', 'Tone: kind']);
  const text = await run('chat', {
    prompt_type: 'advanced',
    completion_prompt_config: {
      prompt: { text: '{{#histories#}}\nU: {{#query#}}\nA:' },
      conversation_histories_role: { user_prefix: 'U', assistant_prefix: 'A' },
    },
  });
  expect(text.said).toEqual([['user', 'U: before?\nA: yes\nU: Hi\nA:']]);
});

test('a completion app asks once, and remembers nothing', async () => {
  const { said } = await run('completion', { pre_prompt: 'Translate, {{tone}}:' });
  expect(said).toEqual([['user', 'Translate, kind:\nHi']]);
});

test('an agent has its tools', async () => {
  const tool = { provider_type: 'builtin', provider_id: 'x', tool_name: 'echo', enabled: true };
  const agent = { enabled: true, strategy: 'function_call', max_iteration: 3, tools: [tool] };
  for (const mode of ['agent-chat', 'chat']) {
    const { request, said } = await run(mode, { pre_prompt: 'Help.', agent_mode: agent });
    expect(request?.tools).toMatchObject([{ name: 'echo' }]);
    expect(said?.[0]).toEqual(['system', 'Help.']);
    expect(said?.at(-1)).toEqual(['user', 'Hi']);
  }
});
