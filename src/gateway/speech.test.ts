import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/json.ts';
import type { ParamRules } from '#core/param-rules.ts';
import type { Course } from '#gateway/course.ts';
import { demandOf } from '#gateway/demand.ts';
import { Speech } from '#gateway/speech.ts';
import openai from '#providers/openai.ts';
import { type Target, type TargetSpec, createTarget } from '#upstream/target.ts';
import type { Quirks } from '#wire/dialect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** The caller's; whoever serves speaks the common one. */
const another: typeof openaiChat = {
  ...openaiChat,
  name: 'another',
  readRequest: (body) => ({ ...openaiChat.readRequest(body), dialect: 'another' }),
};

const targetOf = (more: Partial<TargetSpec> = {}, quirks: Quirks = {}): Target =>
  createTarget(
    { ...openai, quirks: [quirks] },
    {
      name: 'PJ1',
      id: 'id',
      group: 'g',
      model: 'up',
      apiKey: 'sk-test',
      extraHeaders: {},
      defaults: {},
      ...more,
    },
  );

const PLAIN = { model: 'g', messages: [{ role: 'user', content: 'Hi' }] };

const courseOf = (fields: JsonObject): Course => {
  const body = { ...PLAIN, ...fields };
  return {
    groups: ['g'],
    standIns: [],
    names: ['g'],
    filteredFails: false,
    asked: body,
    demand: demandOf(body),
    body,
  };
};

interface Said {
  readonly dialect?: typeof openaiChat;
  readonly rules?: Partial<ParamRules>;
  readonly target?: Target;
}

const said = (fields: JsonObject, { dialect = another, rules, target = targetOf() }: Said = {}) => {
  const all = { dropped: [], allowed: [], ...rules };
  const speech = new Speech(dialect, false, all);
  const { body, ...spoken } = speech.to(speech.at(target, courseOf(fields)));
  const { model: _model, messages: _messages, ...sent } = JSON.parse(body) as JsonObject;
  return { ...spoken, sent };
};

describe('in the caller’s own dialect', () => {
  const own = { dialect: openaiChat };

  test('everything passes, known or not, with the deployment’s own fields around it', () => {
    const target = targetOf({ defaults: { seed: 1, top_p: 1 }, extraBody: { vllm: true } });
    const { sent, dropped } = said({ seed: 2, odd: [1] }, { ...own, target });
    expect(sent).toEqual({ seed: 2, top_p: 1, odd: [1], vllm: true });
    expect(dropped).toEqual([]);
  });

  test('what the model refuses is its vendor’s to say, unless dropping is on', () => {
    const target = targetOf({}, { refuses: ['temperature'] });
    const fields = { temperature: 0.5, seed: 1 };
    expect(said(fields, { ...own, target }).sent).toEqual(fields);
    const { sent, dropped } = said(fields, { ...own, target, rules: { drops: true } });
    expect([sent, dropped]).toEqual([{ seed: 1 }, ['temperature']]);
    expect(said({ ...fields, drop_params: true }, { ...own, target }).dropped).toEqual([
      'temperature',
    ]);
  });

  test('some are dropped always, and some never', () => {
    const rules = { drops: true, dropped: ['seed', 'user'], allowed: ['user'] };
    const { sent, dropped } = said({ seed: 1, user: 'u' }, { ...own, rules });
    expect([sent, dropped]).toEqual([{ user: 'u' }, ['seed']]);
  });

  test('a part of one is dropped by its path', () => {
    const rules = { dropped: ['tools[*].cache', 'seed'] };
    const { sent, dropped } = said({ tools: [{ cache: 1, type: 'x' }] }, { ...own, rules });
    expect([sent, dropped]).toEqual([{ tools: [{ type: 'x' }] }, ['tools[*].cache']]);
  });
});

describe('in another dialect', () => {
  test('a request is written anew; what only the caller’s vendor knows is left out and named', () => {
    const { sent, dropped } = said({ temperature: 0, odd: [1], max_tokens: 5 });
    expect(sent).toEqual({ temperature: 0, max_tokens: 5 });
    expect(dropped).toEqual(['odd']);
  });

  test('a parameter without a counterpart is an error that names it in the caller’s word', () => {
    const target = targetOf({}, { refuses: ['topK', 'user', 'seed'] });
    const fields = { top_k: 4, user: 'u' };
    expect(() => said(fields, { target, rules: { drops: false } })).toThrowError(
      expect.objectContaining({ code: 'invalid_request', param: 'top_k' }),
    );
    const { sent, dropped } = said(fields, { target });
    expect([sent, dropped]).toEqual([{}, ['top_k', 'user']]);
    const allowed = said(fields, { target, rules: { drops: false, allowed: ['top_k'] } });
    expect([allowed.sent, allowed.dropped]).toEqual([{ top_k: 4 }, ['user']]);
  });

  test('what a model does anyway needs no counterpart', () => {
    const fields = { temperature: 1, n: 1, presence_penalty: 0, parallel_tool_calls: true };
    const refuses = ['temperature', 'choices', 'presencePenalty', 'parallelTools'] as const;
    const { sent } = said(fields, { target: targetOf({}, { refuses }), rules: { drops: false } });
    expect(sent).toEqual({});
  });

  test('a parameter of the caller’s vendor that changes the answer is missed', () => {
    expect(() => said({ logit_bias: { 1: 1 } }, { rules: { drops: false } })).toThrowError(
      expect.objectContaining({ param: 'logit_bias' }),
    );
  });

  test('marks of what to keep of a prompt are named where they have no place', () => {
    const cache_control = { type: 'ephemeral' };
    const system = { role: 'system', content: [{ type: 'text', text: 'Long.', cache_control }] };
    const tool = { type: 'function', function: { name: 'f' }, cache_control };
    const dropped = (fields: JsonObject, rules: Partial<ParamRules> = {}) =>
      said(fields, { rules: { drops: false, ...rules } }).dropped;
    expect(dropped({ messages: [system] })).toEqual(['cache_control']);
    expect(dropped({ tools: [tool], cache_control })).toEqual(['cache_control']);
    const result = { role: 'tool', tool_call_id: 'c', content: system.content };
    const { sent } = said({ messages: [result] }, { rules: { allowed: ['cache_control'] } });
    expect(sent).toEqual({});
    const target = targetOf({}, { cacheMarks: true });
    expect(said({ messages: [system] }, { target }).dropped).toEqual([]);
    expect(dropped({})).toEqual([]);
  });

  test('the deployment’s fields hold where the caller has none', () => {
    const target = targetOf({ defaults: { temperature: 0.3, seed: 1 }, extraBody: { vllm: 1 } });
    expect(said({ temperature: 0 }, { target }).sent).toEqual({ temperature: 0, seed: 1, vllm: 1 });
  });

  test('a cap above what the model can is that of the model', () => {
    const target = targetOf({ mostOutputTokens: 100 });
    expect(said({ max_tokens: 300 }, { target }).sent).toEqual({ max_tokens: 100 });
    expect(said({ max_tokens: 30 }, { target }).sent).toEqual({ max_tokens: 30 });
    const own = { dialect: openaiChat, target };
    expect(said({ max_tokens: 300 }, own).sent).toEqual({ max_tokens: 300 });
  });

  test('a deployment’s rules come before the config’s', () => {
    const params = { drops: false, dropped: ['seed'], allowed: [] };
    const target = targetOf({ params }, { refuses: ['topK'] });
    expect(() => said({ top_k: 1 }, { target, rules: { drops: true } })).toThrowError();
    expect(said({ seed: 1 }, { target }).dropped).toEqual(['seed']);
  });

  test('a request is mended where the config says so', () => {
    const mend = (messages: JsonObject[]): JsonObject => {
      const speech = new Speech(another, false, { dropped: [], allowed: [], modifies: true });
      const place = speech.at(targetOf(), courseOf({ messages }));
      return JSON.parse(speech.to(place).body) as JsonObject;
    };
    const [system, call] = [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ];
    const { messages, tools } = mend([system, call]);
    expect(messages).toMatchObject([system, { role: 'user', content: 'Please continue.' }, call]);
    expect(tools).toMatchObject([{ function: { name: 'dummy_tool' } }]);
    expect(mend([{ role: 'user', content: 'Hi' }])).not.toHaveProperty('tools');
  });
});
