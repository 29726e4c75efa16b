import { describe, expect, it } from 'vitest';
import { mergedSentence, pooledSentence, splitSentence } from '#balancer/sharing/sentences.ts';

const facts = {
  deployments: ['PJ1', 'PJ2', 'PJ3'],
  accounts: 3,
  organization: 'org-acme',
  perMinute: { tokens: 30_000 },
};

describe('what is said of sharing', () => {
  it('states the real sum', () => {
    expect(mergedSentence(facts)).toBe(
      'PJ1, PJ2 and PJ3 share one organisation (org-acme): 30,000 tokens a minute, not 90,000',
    );
    const perMinute = { requests: 500, input: 20_000, output: 4_000 };
    expect(mergedSentence({ ...facts, organization: undefined, perMinute })).toBe(
      'PJ1, PJ2 and PJ3 share one quota, for their levels move together: ' +
        '20,000 input tokens, 4,000 output tokens and 500 requests a minute, not 60,000, 12,000 and 1,500',
    );
    expect(splitSentence(facts)).toBe(
      'PJ1, PJ2 and PJ3 have limits of their own after all: 90,000 tokens a minute, not 30,000',
    );
  });

  it('states no sum of which nothing is known, and lists no crowd', () => {
    const deployments = Array.from({ length: 20 }, (_, i) => `PJ${i + 1}`);
    expect(mergedSentence({ ...facts, deployments, perMinute: {} })).toBe(
      'PJ1, PJ2, PJ3, PJ4, PJ5 and 15 more share one organisation (org-acme)',
    );
  });

  it('says what to do where the config says otherwise', () => {
    expect(pooledSentence({ ...facts, deployments: ['PJ1', 'PJ2'] })).toMatch(
      /^PJ1 and PJ2 answer as one organisation \(org-acme\), and the config .* name one quota_pool/,
    );
    expect(pooledSentence({ ...facts, organization: undefined })).toContain('levels that move');
  });
});
