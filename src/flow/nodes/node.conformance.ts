import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { DEFAULT_LIMITS } from '#flow/limits.ts';
import type { NodeEvent, NodeResult, NodeRun, NodeType } from '#flow/nodes/node-type.ts';
import { asText } from '#flow/show.ts';
import { fillTemplate, selectorsOf } from '#flow/template.ts';
import { ScriptedChat } from '#flow/test-kit.ts';
import { type Selector, VariablePool } from '#flow/variables.ts';

/** A node's `data` as the DSL has it, and what it needs in order to run. */
export interface Sample {
  readonly data: JsonObject;
  readonly inputs?: JsonObject;
  readonly variables?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

interface Ran {
  readonly events: readonly NodeEvent[];
  readonly result: NodeResult;
  readonly read: readonly Selector[];
}

/** What every node type promises; run for each with samples of its own. */
export const nodeConformance = (type: NodeType<unknown>, samples: readonly Sample[]): void => {
  describe(`node type ${type.type}`, () => {
    test('is named and drawn like a node type', () => {
      expect(type.type).toMatch(/^[a-z]+(-[a-z]+)*$/);
      const drawn = z.toJSONSchema(type.config, { io: 'input', unrepresentable: 'any' });
      expect(drawn.type).toBe('object');
    });

    test('reads foreign data without throwing, and keys it does not know without complaint', () => {
      for (const data of [null, 1, 'x', [], [1], { type: 1 }])
        expect(() => type.config.safeParse(data)).not.toThrow();
      for (const { data } of samples)
        expect(type.config.safeParse({ ...data, fromTheFuture: { x: 1 } }).success).toBe(true);
    });

    test.each(samples.map((sample, i) => [i + 1, sample] as const))(
      'sample %i',
      async (_, sample) => {
        const config = type.config.parse(sample.data);
        const before = JSON.stringify(config);
        const first = await runOnce(type, config, sample);
        const again = await runOnce(type, config, sample);
        expect(again).toEqual(first);
        expect(JSON.stringify(config)).toBe(before);
        keepsItsWord(type, config, first);
      },
    );

    test.each(samples.map((sample, i) => [i + 1, sample] as const))(
      'sample %i lets go when it is not read to its end',
      async (_, sample) => {
        const { services, generator } = begin(type, type.config.parse(sample.data), sample);
        await generator.next();
        await generator.return({ outputs: {} });
        expect(services.open).toBe(0);
      },
    );
  });
};

/** Outputs, handles and variables are the ones that it declared before the run. */
const keepsItsWord = (
  type: NodeType<unknown>,
  config: unknown,
  { events, result, read }: Ran,
): void => {
  const outputs = Object.keys(type.outputs(config));
  expect(Object.keys(result.outputs).filter((name) => !outputs.includes(name))).toEqual([]);
  for (const name of outputs) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]{0,29}$/);
  for (const event of events) if (event.type === 'delta') expect(outputs).toContain(event.output);
  const declared = new Set(type.reads(config).map((selector) => selector.join('.')));
  expect(read.map((selector) => selector.join('.')).filter((name) => !declared.has(name))).toEqual(
    [],
  );
  const handles = type.handles?.(config);
  if (handles) expect(handles).toContain(result.handle);
  else expect(result.handle).toBeUndefined();
  expect(type.unsupported?.(config) ?? []).toEqual([]);
};

const begin = (
  type: NodeType<unknown>,
  config: unknown,
  { inputs = {}, variables = {} }: Sample,
) => {
  const pool = new VariablePool(DEFAULT_LIMITS);
  for (const [scope, values] of Object.entries(variables)) pool.write(scope, values);
  const read: Selector[] = [];
  const spy = (selector: Selector): Json | undefined => {
    read.push(selector);
    return pool.read(selector);
  };
  const fetch = () =>
    Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{"answer": 42}') });
  const services = new ScriptedChat(new VirtualClock(), () => ({ pieces: [] }), fetch);
  const node: NodeRun<unknown> = {
    id: 'node_1',
    runId: 'run-1',
    config,
    signal: new AbortController().signal,
    deadline: 60_000,
    services,
    inputs: type.accept?.(config, inputs) ?? {},
    read: spy,
    render: (template) => {
      read.push(...selectorsOf(template));
      return fillTemplate(template, {
        read: (selector) => pool.read(selector),
        show: asText,
        limitChars: 1_000_000,
      });
    },
    groupOf: ({ name }) => name,
    limits: DEFAULT_LIMITS,
    history: [],
    depth: 0,
    isGuarded: false,
    declaredType: () => undefined,
    async *round({ variables: own }) {
      const all = { ...variables, node_1: own };
      const inside = new VariablePool(DEFAULT_LIMITS);
      for (const [scope, values] of Object.entries(all)) inside.write(scope, values);
      return {
        status: 'succeeded',
        read: (selector) => inside.read(selector),
        variables: own,
        outputs: {},
        isLast: false,
        spent: {},
        elapsedMs: 0,
      };
    },
  };
  return { services, read, generator: type.run(node) };
};

const runOnce = async (type: NodeType<unknown>, config: unknown, sample: Sample): Promise<Ran> => {
  const { read, generator } = begin(type, config, sample);
  const events: NodeEvent[] = [];
  for (;;) {
    const { done, value } = await generator.next();
    if (done) return { events, result: value, read };
    events.push(value);
  }
};
