import { describe, expect, it } from 'vitest';
import type { QuotaReply } from '#cli/quota-reply.ts';
import { topFrame } from '#cli/top-frame.ts';
import { displayWidth } from '#core/display-width.ts';

const limit = (dimension: string, level: number, capacity: number) => ({
  dimension,
  limit: capacity,
  window_s: 60,
  capacity,
  level,
  known_from: 'header',
});

const reply: QuotaReply = {
  groups: [
    { group: 'gpt-4.1', deployments: 3, pools: 2, per_minute: { requests: 1000, tokens: 60_000 } },
    { group: '安い', deployments: 1, pools: 1, per_minute: {} },
  ],
  pools: [
    {
      title: 'org-acme (PJ1, PJ2)',
      sharing: 'PJ1 and PJ2 share one organisation (org-acme): 30,000 tokens a minute, not 60,000',
      in_flight: 4,
      blocked_s: 0,
      limits: [limit('requests', 500, 500), limit('tokens', 7_500, 30_000)],
    },
    { title: 'PJ3', in_flight: 0, blocked_s: 3_600, limits: [limit('tokens', -200, 30_000)] },
    { title: 'all', model: 'gpt-9', in_flight: 0, blocked_s: 0, limits: [] },
  ],
  queues: [
    {
      requests: 12,
      tokens: 14_000,
      tenants: [
        { key: 'master', user: '', priority: 'batch', requests: 2, tokens: 2_000, oldest_s: 130 },
        {
          key: 'master',
          user: '花子',
          priority: 'interactive',
          requests: 10,
          tokens: 12_000,
          oldest_s: 3.25,
        },
      ],
    },
  ],
};

const site = { url: 'http://127.0.0.1:4000', time: '12:34:56', columns: 100, rows: 40 };
const frame = (more: Partial<typeof site> & { trouble?: string } = {}, of = reply): string[] =>
  topFrame(of, { ...site, ...more });

describe('a frame of spillway top', () => {
  it('shows models, pools with bars, and who waits', () => {
    expect(frame().join('\n')).toBe(
      `spillway top   http://127.0.0.1:4000   12:34:56   q ends it

MODEL    DEPLOYMENTS    QUOTA POOLS  TOGETHER
gpt-4.1  3 deployments  2 pools      1,000 requests, 60,000 tokens a minute
安い     1 deployment   1 pool       no limits known yet

POOL                 CALLS  LIMIT                                  LEFT  FROM
org-acme (PJ1, PJ2)      4  requests     500/min  [############]    500  header
                            tokens    30,000/min  [###---------]  7,500  header
PJ3 blocked 60 min       0  tokens    30,000/min  [------------]   -200  header
all gpt-9                0  unknown

PJ1 and PJ2 share one organisation (org-acme): 30,000 tokens a minute, not 60,000

12 requests in line, 14,000 tokens
WAITING        PRIORITY     REQUESTS  TOKENS  LONGEST
master / 花子  interactive        10  12,000    3.3 s
master         batch               2   2,000    2 min`,
    );
  });

  it('fits the terminal, whatever that is', () => {
    for (const columns of [1, 10, 40, 79])
      for (const rows of [1, 5, 17]) {
        const lines = frame({ columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      }
    expect(frame({ rows: 5 }).at(-1)).toMatch(/^… \d+ more lines$/);
  });

  it('says when its numbers are old, and when nobody waits', () => {
    expect(frame({ trouble: 'No gateway answers.' })[1]).toBe('No gateway answers.');
    expect(frame({}, { groups: [], pools: [], queues: [] }).at(-1)).toBe('Nobody waits.');
  });

  it('draws nothing that a name could do to a terminal', () => {
    const [group] = reply.groups;
    const evil = { ...reply, groups: [{ ...group!, group: 'a\u001b[2Jb\nc' }] };
    expect(frame({ trouble: 'a\u001b[2J' }, evil).join('')).not.toMatch(/\p{Cc}/u);
  });
});
