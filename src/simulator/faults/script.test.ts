import { describe, expect, test } from 'vitest';
import { seededRandom } from '#core/random.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { readFaults } from '#simulator/config/faults.ts';
import { FaultScript } from '#simulator/faults/script.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

const targets = { projects: ['one', 'two'], models: ['m', 'n'] };
const call = {
  project: 'one',
  model: 'm',
  stream: false,
  reusedConnection: false,
  dialect: openaiChat,
};

const start = (yaml: string, seed = 1) => {
  const clock = new VirtualClock();
  const script = new FaultScript(clock, readFaults(yaml, 'f.yaml', targets));
  const random = seededRandom(seed);
  const strike = (changes: Partial<typeof call> = {}) =>
    script.strike({ ...call, random, ...changes })?.kind;
  return { clock, script, strike };
};

describe('a script of faults', () => {
  test('strikes whom it is meant for, with the first rule that applies', () => {
    const { strike } = start(`
- {kind: reset, projects: [two]}
- {kind: stall, models: [n], stream: true}
- {kind: never_respond, times: 1}
`);
    expect(strike({ project: 'two' })).toBe('reset');
    expect(strike({ model: 'n', stream: true })).toBe('stall');
    expect(strike({ model: 'n' })).toBe('never_respond');
    expect(strike()).toBeUndefined();
  });

  test('has its time', async () => {
    const { clock, strike, script } = start('{kind: http, status: 529, at_s: 30, dur_s: 20}');
    const states: unknown[] = [];
    for (const ms of [0, 29_999, 1, 19_999, 1]) {
      await clock.advance(ms);
      states.push([strike(), script.list()[0]?.state]);
    }
    expect(states).toEqual([
      [undefined, 'waiting'],
      [undefined, 'waiting'],
      ['http', 'active'],
      ['http', 'active'],
      [undefined, 'over'],
    ]);
  });

  test('strikes by chance, and by the same chance again', () => {
    const run = (seed: number): boolean[] => {
      const { strike } = start('{kind: reset, p: 0.1}', seed);
      return Array.from({ length: 2000 }, () => strike() !== undefined);
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
    expect(run(7).filter(Boolean).length / 2000).toBeCloseTo(0.1, 1);
  });

  test('is listed, and forgets one or all', () => {
    const { script, strike } = start('[{kind: reset, times: 2}, {kind: stall}]');
    strike();
    expect(script.list()).toMatchObject([
      { id: 'fault-1', kind: 'reset', times: 2, p: 1, struck: 1, state: 'active' },
      { id: 'fault-2', kind: 'stall', after_bytes: 0, struck: 0 },
    ]);
    expect(script.remove('fault-9')).toBe(false);
    expect(script.remove('fault-1')).toBe(true);
    expect(strike()).toBe('stall');
    expect(script.remove()).toBe(true);
    expect(script.list()).toEqual([]);
  });

  test.each([
    ['{kind: rest}', 'f.yaml:1:8 kind: expected one of "http", "headers",'],
    ['[{kind: reset}, {kind: http}]', 'f.yaml:1:17 1.status: missing; expected a number'],
    ['{kind: reset, bytes: 3}', 'f.yaml:1:15 bytes: unknown key'],
    ['{kind: http, status: 502, as: html}', 'f.yaml:1:27 as: unknown key; known here: kind,'],
    ['{kind: stall, p: 2}', 'f.yaml:1:18 p: expected a number of at most 1, found 2'],
    ['{kind: stall, projects: [three]}', 'projects.0: expected one of one, two, found'],
    ['{kind: headers, set: {"a b": c}}', 'expected a name of a header as the key'],
    ['{kind: headers, set: {a: "c\\r\\nd: e"}}', 'expected a text in one line of Latin characters'],
    ['{', 'f.yaml:1'],
    ['', 'expected a map'],
  ])('of %s is refused: %s', (text, message) => {
    expect(() => readFaults(text, 'f.yaml', targets)).toThrow(message);
  });
});
