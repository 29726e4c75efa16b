import { expect, test } from 'vitest';
import type { Json } from '#core/json.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { mustApply, mustFit, typeOfVariable } from '#flow/nodes/assignable.ts';
import { dsl, flowOf, runToEnd, ScriptedChat } from '#flow/test-kit.ts';

const problemOf = (type: string, operation: string, value: Json, isConstant: boolean): string => {
  const assignment = { name: 'v', type, operation, isConstant };
  try {
    mustApply(assignment);
    mustFit(assignment, value);
    return '';
  } catch (error) {
    return String(error);
  }
};

const CONSTANT = true;
const VARIABLE = false;

test.each<[string, string, Json, boolean]>([
  ['string', 'over-write', 'x', CONSTANT],
  ['string', 'over-write', 'x', VARIABLE],
  ['number', 'over-write', 3, VARIABLE],
  ['number', 'over-write', true, VARIABLE],
  ['integer', '+=', 2.5, CONSTANT],
  ['object', 'set', {}, CONSTANT],
  ['boolean', 'set', false, CONSTANT],
  ['array[string]', 'over-write', ['x'], VARIABLE],
  ['array[number]', 'over-write', [1, 2.5, true], VARIABLE],
  ['array[number]', 'over-write', [], VARIABLE],
  ['array[object]', 'append', {}, VARIABLE],
  ['array[any]', 'extend', ['x', 1, {}], VARIABLE],
  ['array[string]', 'remove-first', null, VARIABLE],
  ['array[string]', 'clear', null, CONSTANT],
])('%s %s %j, constant %s, is what Dify takes', (type, operation, value, isConstant) => {
  expect(problemOf(type, operation, value, isConstant)).toBe('');
});

test.each<[string, string, Json, boolean, string]>([
  ['string', 'over-write', 1, VARIABLE, 'expects string, found a value of the type number'],
  ['string', 'over-write', null, CONSTANT, 'expects string, found nothing'],
  ['string', 'set', 'x', VARIABLE, 'set on v expects a constant, found a variable'],
  ['string', '+=', 'x', CONSTANT, '+= is not for v, which has the type string'],
  ['string', 'append', 'x', VARIABLE, 'append is not for v'],
  ['number', '+=', '2', CONSTANT, 'expects number, found a value of the type string'],
  ['number', '+=', 2, VARIABLE, '+= on v expects a constant, found a variable'],
  ['boolean', 'over-write', 1, VARIABLE, 'expects boolean'],
  ['object', 'over-write', [], VARIABLE, 'expects object, found a list'],
  ['array[string]', 'set', ['x'], CONSTANT, 'set is not for v'],
  ['array[string]', 'over-write', ['x'], CONSTANT, 'expects a variable, found a constant'],
  [
    'array[string]',
    'append',
    1,
    VARIABLE,
    'append expects string, found a value of the type number',
  ],
  ['array[string]', 'extend', ['x', 1], VARIABLE, 'found a list with a value of the type number'],
  ['array[number]', 'over-write', ['1'], VARIABLE, 'found a list with a value of the type string'],
  ['array[object]', 'over-write', [{}, null], VARIABLE, 'found a list with nothing'],
  ['array[any]', 'append', ['x'], VARIABLE, 'expects any, found a list'],
  ['array[any]', 'over-write', [['x']], VARIABLE, 'found a list with a list'],
])(
  '%s %s %j, constant %s, is what Dify refuses: %s',
  (type, operation, value, isConstant, told) => {
    expect(problemOf(type, operation, value, isConstant)).toContain(told);
  },
);

test.each<[string | undefined, Json, string | undefined]>([
  ['array[string]', [], 'array[string]'],
  ['Array[Number]', [1], 'array[number]'],
  // What a list holds already does not make it another kind of list.
  ['array[string]', [1], 'array[string]'],
  ['string', ['a'], 'array[any]'],
  ['string', null, 'string'],
  [undefined, 1, 'number'],
  [undefined, null, undefined],
])('declared as %s and holding %j it is %s', (declared, value, type) => {
  expect(typeOfVariable(declared, value)).toBe(type);
});

const assigned = async (items: readonly object[], start: object): Promise<string> => {
  const clock = new VirtualClock();
  const text = dsl(
    {
      start: { type: 'start' },
      rounds: {
        type: 'loop',
        loop_count: 1,
        start_node_id: 'begin',
        loop_variables: [
          { label: 'names', var_type: 'array[string]', value_type: 'constant', value: '[]' },
        ],
      },
      'rounds/begin': { type: 'loop-start' },
      'rounds/set': { type: 'assigner', version: '2', items },
      answer: { type: 'answer', answer: 'done' },
    },
    ['start>rounds', 'begin>set', 'rounds>answer'],
    { conversation_variables: [{ id: 'c', name: 'ages', value_type: 'array[number]', ...start }] },
  );
  const services = new ScriptedChat(clock, () => ({ pieces: [] }));
  const finish = (await runToEnd(flowOf(text), clock, { services })).at(-1);
  return finish?.type === 'run-finish' ? (finish.error?.message ?? finish.status) : '';
};

test('an empty list of a conversation or a loop takes only what it is declared to hold', async () => {
  const query = { input_type: 'variable', operation: 'append', value: ['sys', 'query'] };
  const names = { ...query, variable_selector: ['rounds', 'names'] };
  const ages = { ...query, variable_selector: ['conversation', 'ages'] };
  expect(await assigned([names], { value: [] })).toBe('succeeded');
  expect(await assigned([ages], { value: [] })).toContain(
    'conversation.ages has the type array[number]; append expects number, found a value of the type string',
  );
  const count = { ...names, value: ['rounds', 'names'] };
  expect(await assigned([count], { value: [] })).toContain(
    'rounds.names has the type array[string]',
  );
});
