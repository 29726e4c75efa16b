import { describe, expect, it } from 'vitest';
import type { GroupView, QuotaView } from '#balancer/quota-view.ts';
import { healthAlert } from '#server/health-alert.ts';

const KEYS = ['PJ1', 'PJ2', 'PJ3'];

const config = {
  deployments: KEYS.map((name) => ({
    name,
    group: 'gpt-4.1',
    apiKeySource: `OPENAI_API_KEY_${name}`,
  })),
};

const perMinute = (tokens: number): QuotaView['accounts'][number]['gauges'] => [
  {
    dimension: 'tokens',
    amount: tokens,
    windowMs: 60_000,
    refill: 'linear',
    source: 'header',
    capacity: tokens,
    level: tokens,
  },
];

const viewOf = (group: Partial<GroupView>): QuotaView => ({
  groups: [{ group: 'gpt-4.1', deployments: 3, pools: 3, perMinute: {}, ...group }],
  accounts: KEYS.map((name) => ({
    account: `key/${name}`,
    title: name,
    deployments: [name],
    gauges: perMinute(30_000),
    blockedMs: 0,
    inFlight: 0,
  })),
  deployments: [],
  lines: [],
  estimateError: 0,
});

const known = {
  config,
  view: viewOf({ perMinute: { tokens: 90_000 } }),
  isRefused: (name: string) => name === 'PJ2',
};

describe('an alert', () => {
  it('says what a refused key costs, and what to do', () => {
    const alert = healthAlert({ what: 'key-refused', deployments: ['PJ2'] }, known);
    expect(alert.level).toBe('error');
    expect(alert.text).toBe(
      'The key of PJ2 (OPENAI_API_KEY_PJ2) was refused: 60,000 of 90,000 tokens a minute are left. ' +
        'Check the key; it is tried again every 5 minutes.',
    );
  });

  it('counts who was refused before', () => {
    const { text } = healthAlert({ what: 'unpaid', deployment: 'PJ1' }, known);
    expect(text).toContain('PJ1 (OPENAI_API_KEY_PJ1)');
    expect(text).toContain('30,000 of 90,000 tokens a minute are left');
  });

  it('counts deployments where no limit is known', () => {
    const view = viewOf({});
    const { text } = healthAlert({ what: 'key-refused', deployments: ['PJ2'] }, { ...known, view });
    expect(text).toContain('2 of 3 deployments are left');
  });

  it('takes a limit that a key shares as lost only when all who share it are', () => {
    const shared = { ...known.view.accounts[1]!, deployments: ['PJ2', 'PJ3'] };
    const accounts = [known.view.accounts[0]!, shared];
    const view = {
      ...known.view,
      groups: [{ ...known.view.groups[0]!, perMinute: { tokens: 6e4 } }],
      accounts,
    };
    const one = healthAlert({ what: 'key-refused', deployments: ['PJ2'] }, { ...known, view });
    expect(one.text).toContain('60,000 of 60,000 tokens');
    const both = healthAlert(
      { what: 'key-refused', deployments: ['PJ2', 'PJ3'] },
      { ...known, view },
    );
    expect(both.text).toContain('30,000 of 60,000 tokens');
  });

  it('names what was left out, for how long, and what came back', () => {
    const ejected = healthAlert({ what: 'ejected', deployment: 'PJ1', forMs: 4_321 }, known);
    expect(ejected).toMatchObject({ level: 'warn', fields: { deployment: 'PJ1', forMs: 4_321 } });
    expect(ejected.text).toContain('5 s');
    const back = healthAlert({ what: 'returned', deployment: 'PJ1' }, known);
    expect(back).toMatchObject({ level: 'info', fields: { deployment: 'PJ1' } });
    const host = { what: 'host-ejected', host: 'h:1', deployments: ['PJ2', 'PJ3'] } as const;
    expect(healthAlert(host, known).text).toContain('PJ2, PJ3');
    const accepted = healthAlert({ what: 'key-accepted', deployments: ['PJ2'] }, known);
    expect(accepted.text).toBe('The key of PJ2 (OPENAI_API_KEY_PJ2) is accepted again.');
  });
});
