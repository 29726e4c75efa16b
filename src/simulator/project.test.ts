import { describe, expect, test } from 'vitest';
import { seededRandom } from '#core/random.ts';
import { defaultSimulatorConfig } from '#simulator/config.ts';
import type { Project } from '#simulator/project.ts';
import { createProjects } from '#simulator/projects.ts';

const project = (projects: ReadonlyMap<string, Project>, n: number): Project => {
  const found = projects.get(`sk-sim-project-${n}`);
  if (found === undefined) throw new Error(`no project ${n}`);
  return found;
};

const cost = { requests: 1, tokens: 1000 };
const MODEL = 'gpt-4.1';

describe('projects', () => {
  test('have limits of their own, per model', () => {
    const projects = createProjects(defaultSimulatorConfig);
    const first = project(projects, 1);
    for (let i = 0; i < 30; i++) expect(first.admit(MODEL, cost, 0).admitted).toBe(true);
    expect(first.admit(MODEL, cost, 0)).toMatchObject({
      admitted: false,
      refusal: { dimension: 'tokens', limit: 30_000, used: 30_000, requested: 1000, waitMs: 2000 },
    });
    expect(first.admit('text-embedding-3-small', cost, 0).admitted).toBe(true);
    expect(project(projects, 2).admit(MODEL, cost, 0).admitted).toBe(true);
    expect(first.report(0)).toMatchObject({
      requests: 32,
      admitted: 31,
      refused: { requests: 0, tokens: 1 },
    });
  });

  test('share what the organisation has, per model', () => {
    const projects = createProjects({ ...defaultSimulatorConfig, organisation: { tpm: 2000 } });
    expect(project(projects, 1).admit(MODEL, cost, 0).admitted).toBe(true);
    expect(project(projects, 2).admit(MODEL, cost, 0).admitted).toBe(true);
    expect(project(projects, 3).admit(MODEL, cost, 0)).toMatchObject({
      admitted: false,
      refusal: { scope: 'organisation', limit: 2000, waitMs: 30_000 },
    });
    expect(project(projects, 3).admit(MODEL, cost, 30_000).admitted).toBe(true);
  });

  test('without limits admit everything', () => {
    const [one] = createProjects({
      ...defaultSimulatorConfig,
      projects: [{ id: 'free', key: 'k', models: ['m'] }],
    }).values();
    for (let i = 0; i < 1000; i++)
      expect(one?.admit('m', { requests: 1, tokens: 1e9 }, 0).admitted).toBe(true);
    expect(one?.tell('m', 0, seededRandom(1))).toEqual([]);
  });

  test('list their newest calls and count them all', () => {
    const first = project(createProjects(defaultSimulatorConfig), 1);
    for (let i = 0; i < 20_500; i++)
      first.record({ atMs: i, model: 'm', inputTokens: 2, outputTokens: 1, status: 200 });
    const { calls, tokens } = first.report(0);
    expect(calls).toHaveLength(10_000);
    expect(calls.at(0)?.at).toBe('1970-01-01T00:00:10.500Z');
    expect(calls.at(-1)?.at).toBe('1970-01-01T00:00:20.499Z');
    expect(tokens).toEqual({ input: 41_000, output: 20_500 });
  });

  test('list calls as they came, not as they ended', () => {
    const first = project(createProjects(defaultSimulatorConfig), 1);
    for (const atMs of [20, 10])
      first.record({ atMs, model: 'm', inputTokens: 1, outputTokens: 1, status: 200 });
    expect(first.report(0).calls.map(({ at }) => at.slice(-5))).toEqual(['.010Z', '.020Z']);
  });

  test('know only their models', () => {
    const first = project(createProjects(defaultSimulatorConfig), 1);
    expect(() => first.admit('gpt-9', cost, 0)).toThrow('has no model gpt-9');
  });

  test('have an organisation of their own until they share limits', () => {
    const names = (organisation: { rpm?: number }): string[] => {
      const projects = createProjects({ ...defaultSimulatorConfig, organisation });
      return [...projects.values()].map((one) => one.organisation);
    };
    expect(names({})).toEqual(['org-project-1', 'org-project-2', 'org-project-3']);
    expect(new Set(names({ rpm: 1 }))).toEqual(new Set(['org-simulator']));
  });

  test('count who meets a limit that was told, and the time in which limits were full', () => {
    const first = project(createProjects(defaultSimulatorConfig), 1);
    const large = { requests: 1, tokens: 30_000 };
    expect(first.report(60_000).overflow_s).toEqual({ requests: 0, tokens: 0 });
    first.admit(MODEL, large, 60_000);
    expect(first.admit(MODEL, large, 60_000).admitted).toBe(false);
    expect(first.report(60_000).over_admission_attempts).toBe(0);
    expect(first.admit(MODEL, large, 60_000).admitted).toBe(false);
    expect(first.report(130_000)).toMatchObject({
      over_admission_attempts: 1,
      // Three requests were spent, 120 ms each.
      overflow_s: { requests: 69.64, tokens: 10 },
    });
  });

  test('are refused when their money is gone', () => {
    const [one] = createProjects({
      ...defaultSimulatorConfig,
      projects: [
        {
          id: 'poor',
          key: 'k',
          models: ['m'],
          money: { leftUsd: 0.01, usdPerMillion: { input: 2, output: 8 } },
        },
      ],
    }).values();
    const spend = (): void =>
      one?.record({ atMs: 0, model: 'm', inputTokens: 1000, outputTokens: 500, status: 200 });
    expect(one?.admit('m', cost, 0).admitted).toBe(true);
    spend();
    expect(one?.report(0).left_usd).toBeCloseTo(0.004, 9);
    expect(one?.admit('m', cost, 0).admitted).toBe(true);
    spend();
    expect(one?.admit('m', cost, 0)).toEqual({ admitted: false, reason: 'money' });
    expect(one?.report(0)).toMatchObject({ requests: 3, refused: { money: 1 } });
  });

  test('are refused when they grow too fast, below their limits', () => {
    const [one] = createProjects({
      ...defaultSimulatorConfig,
      projects: [
        {
          id: 'eager',
          key: 'k',
          models: ['m'],
          ramp: { aboveTpm: 1000, maxGrowth: 0.5, windowMs: 900_000 },
        },
      ],
    }).values();
    expect(one?.admit('m', { requests: 1, input: 1001 }, 0)).toEqual({
      admitted: false,
      reason: 'ramp',
      waitMs: 60_000,
    });
    expect(one?.report(0).refused).toEqual({ requests: 0, tokens: 0, ramp: 1 });
  });
});
