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

  test('states limits of any window and kind', () => {
    const text = `
organisation:
  buckets: [{dim: input, limit: 50000}]
projects:
  - id: a
    key: sk-a
    tpm: 1000
    failed_counts_request: false
    buckets:
      - {dim: requests, limit: 600, burst_s: 0.5}
      - {dim: requests, limit: 10, per_s: 1, model: sliding, headers: false}
      - {dim: requests, limit: 1000, per_s: 86400, model: fixed, reset_tz: America/Los_Angeles}
`;
    const { organisation, projects } = readSimulatorConfig(text, 'sim.yaml');
    expect(organisation.buckets).toEqual([
      { dimension: 'input', limit: 50_000, windowMs: 60_000, refill: 'linear' },
    ]);
    expect(projects[0]).toMatchObject({
      tpm: 1000,
      failedCountsRequest: false,
      buckets: [
        {
          dimension: 'requests',
          limit: 600,
          windowMs: 60_000,
          refill: 'linear',
          burstMs: 500,
        },
        { dimension: 'requests', limit: 10, windowMs: 1000, refill: 'sliding', shown: false },
        {
          dimension: 'requests',
          limit: 1000,
          windowMs: 86_400_000,
          refill: 'fixed',
          resetZone: 'America/Los_Angeles',
        },
      ],
    });
  });

  test('says by which rules a project is charged, told and refused', () => {
    const text = `
profile: groq
organisation: {tpm: 5000, hidden_load: 0.25}
projects:
  - id: a
    key: sk-a
    profile: anthropic
    itpm: 1000
    otpm: 500
    tpd: 9000
    cost: {prompt: chars4, prompt_ratio: 1.07, output: burndown5, default_max: 4096, combine: max}
    settle: add_actual
    headers: {omit_prob: 0.02, lag_ms: 300, round: 1000}
    ramp: {above_itpm: 500000}
    hidden_load: 0.5
    money: {left_usd: 3}
    cache: {ttl_s: 60}
  - {id: b, key: sk-b}
latency: {prompt_tokens_per_s: 12000}
answer_tokens: {median: 250, sigma: 0.9}
`;
    const { profile, organisation, projects, ...others } = readSimulatorConfig(text, 'sim.yaml');
    expect(profile?.name).toBe('groq');
    expect(organisation).toEqual({ tpm: 5000, hiddenLoad: 0.25 });
    expect(projects[0]).toMatchObject({
      profile: { name: 'anthropic' },
      models: ['claude-sonnet-4-5'],
      itpm: 1000,
      otpm: 500,
      tpd: 9000,
      charging: {
        prompt: 'chars4',
        promptRatio: 1.07,
        output: 'burndown5',
        defaultMax: 4096,
        combine: 'max',
        settle: 'add_actual',
      },
      headers: { emit: 'always', omitProb: 0.02, lagMs: 300, round: 1000 },
      ramp: { aboveTpm: 500_000, maxGrowth: 0.5, windowMs: 900_000 },
      hiddenLoad: 0.5,
      money: { leftUsd: 3, usdPerMillion: { input: 2, output: 8 } },
      cache: { ttlMs: 60_000, minTokens: 1024 },
    });
    expect(projects[1]).toEqual({ id: 'b', key: 'sk-b', models: ['llama-3.3-70b-versatile'] });
    expect(others).toMatchObject({
      latency: { promptTokensPerS: 12_000 },
      answerTokens: { median: 250, sigma: 0.9 },
    });
  });

  test('refuses rules that cannot be, at their place', () => {
    const text = `
profile: acme
projects:
  - {id: a, key: sk-a, settle: refund, hidden_load: 2, cost: {output: all}}
`;
    expect(findings(text)).toEqual([
      'sim.yaml:2:10 profile: expected one of "openai", "azure", "anthropic", "gemini", "bedrock", "cohere", "mistral", "groq", found the text "acme"',
      'sim.yaml:4:71 projects.0.cost.output: expected one of "max_tokens", "actual", "burndown5", found the text "all"',
      'sim.yaml:4:32 projects.0.settle: expected one of "none", "refund_unused", "add_actual", found the text "refund"',
      'sim.yaml:4:53 projects.0.hidden_load: expected a number of at most 1, found 2',
    ]);
  });

  test('refuses limits that cannot be, at their place', () => {
    const text = `
projects:
  - id: a
    key: sk-a
    buckets:
      - {dim: token, limit: 1}
      - {dim: tokens, limit: 100000000000000, per_s: 3600}
      - {dim: tokens, limit: 1, model: sliding, burst_s: 1}
      - {dim: tokens, limit: 1, per_s: 1, burst_s: 2}
      - {dim: tokens, limit: 1, per_s: 86400, model: fixed, reset_tz: Mars/Base}
      - {dim: tokens, limit: 1, model: fixed, reset_tz: Europe/Berlin}
`;
    expect(findings(text)).toEqual([
      'sim.yaml:6:15 projects.0.buckets.0.dim: expected one of "requests", "tokens", "input", "output", found the text "token"',
      'sim.yaml:7:30 projects.0.buckets.1.limit: expected at most 2501999792 per 3600 s, found 100000000000000',
      'sim.yaml:8:58 projects.0.buckets.2.burst_s: expected none: a sliding limit can be spent at once, found 1',
      'sim.yaml:9:52 projects.0.buckets.3.burst_s: expected at most per_s, which is 1, found 2',
      'sim.yaml:10:71 projects.0.buckets.4.reset_tz: expected a time zone, such as Europe/Berlin, found the text "Mars/Base"',
      'sim.yaml:11:57 projects.0.buckets.5.reset_tz: expected none: only a fixed limit of a day (per_s: 86400) ends at midnight, found the text "Europe/Berlin"',
    ]);
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
    ['projects: [{id: a, key: k, rpd: 1000000000}]', 'at most 104249991'],
    ['projects: [', 'sim.yaml:1'],
  ])('of %j is refused: %s', (text, message) => {
    expect(findings(text).join('\n')).toContain(message);
  });
});
