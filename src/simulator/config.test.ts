import { describe, expect, test } from 'vitest';
import { FindingsError } from '#core/finding.ts';
import { readSimulatorConfig } from '#simulator/config.ts';

const findings = (text: string): string[] => {
  try {
    readSimulatorConfig(text, 'sim.yaml');
  } catch (thrown) {
    if (!(thrown instanceof FindingsError)) throw thrown;
    return thrown.findings.map(
      ({ file, line, column, path, message }) => `${file}:${line}:${column} ${path}: ${message}`,
    );
  }
  return [];
};

describe("the simulator's file", () => {
  test('is read whole', () => {
    const text = `
organisation: {rpm: 1000, tpm: 60000}
projects:
  - {id: a, key: sk-a, models: [m], rpm: 3, tpm: 40, rpd: 200}
  - {id: b, key: sk-b}
latency:
  ttft_ms: {median: 0, sigma: 0}
  tokens_per_s: {min: 10, max: .inf}
`;
    const { organisation, projects, latency } = readSimulatorConfig(text, 'sim.yaml');
    expect(organisation).toEqual({ rpm: 1000, tpm: 60_000 });
    expect(projects[0]).toEqual({
      id: 'a',
      key: 'sk-a',
      models: ['m'],
      rpm: 3,
      tpm: 40,
      rpd: 200,
    });
    expect(projects[1]).toEqual({
      id: 'b',
      key: 'sk-b',
      models: ['gpt-4.1', 'text-embedding-3-small'],
    });
    expect(latency).toEqual({
      ttftMs: { median: 0, sigma: 0 },
      tokensPerS: { min: 10, max: Infinity },
    });
  });

  test('needs nothing but a project', () => {
    expect(findings('projects: [{id: a, key: sk-a}]')).toEqual([]);
  });

  test('says everything that is wrong, where it stands, without a key', () => {
    const text = `
projects:
  - {id: a, key: sk-secret-1, rpm: -5}
  - {id: a, key: sk-secret-1, tpm: 1.5}
  - {id: c, key: "sk secret 2", tpms: 5, models: []}
latency:
  tokens_per_s: {min: 90, max: 80}
`;
    const found = findings(text);
    expect(found).toEqual([
      'sim.yaml:3:36 projects.0.rpm: expected a number of at least 1, found -5',
      'sim.yaml:4:36 projects.1.tpm: expected a whole number, found 1.5',
      'sim.yaml:5:18 projects.2.key: expected visible ASCII characters without spaces, found a text of 11 characters',
      'sim.yaml:5:50 projects.2.models: expected a list of at least 1 item, found a list',
      'sim.yaml:5:33 projects.2.tpms: unknown key; did you mean "tpm"?',
      'sim.yaml:7:23 latency.tokens_per_s.min: expected no more than max, found 90',
    ]);
    expect(found.join()).not.toContain('secret');
  });

  test('has each id and each key once', () => {
    const text = `
projects:
  - {id: a, key: sk-1}
  - {id: b, key: sk-1}
  - {id: a, key: sk-3}
`;
    expect(findings(text)).toEqual([
      'sim.yaml:5:10 projects.2.id: expected another id than that of projects.0, found the text "a"',
      'sim.yaml:4:18 projects.1.key: expected another key than that of projects.0, found a text of 4 characters',
    ]);
  });

  test.each([
    ['projects: []', 'a list of at least 1 item'],
    ['', 'a map'],
    ['latency: {}', 'missing; expected a list'],
    ['projects: [{id: a, key: k}]\nlatency: {tokens_per_s: {min: 0, max: 1}}', 'more than 0'],
    ['projects: [{id: a, key: k, rpd: 1000000000}]', 'at most 100000000'],
    ['projects: [', 'sim.yaml:1'],
  ])('of %j is refused: %s', (text, message) => {
    expect(findings(text).join('\n')).toContain(message);
  });
});
