import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '#store/store.ts';
import { withoutPerson } from '#store/without-person.ts';

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 'e',
  atMs: 1,
  actor: 'boss',
  action: 'updated',
  subject: 'teams',
  objectId: 't',
  before: null,
  after: { team_id: 't', max_budget: 3 },
  ...more,
});
const ANN = new Set(['ann', 'ann@example.com']);
const without = (more: Partial<AuditEntry>) => withoutPerson(entry(more), ANN);

describe('an entry of the audit log without a person', () => {
  it('is left alone where it is about others', () => {
    expect(without({})).toBeUndefined();
    const likeThem = { user_id: 'ann2', team: ['annex'], n: 1, is: true, anna: null };
    expect(without({ before: likeThem, actor: 'an', objectId: 'ANN' })).toBeUndefined();
  });

  it('says no more of a row that is theirs', () => {
    const row = { user_id: 'ann', user_alias: 'Ann', user_email: 'ann@example.com' };
    expect(without({ subject: 'users', objectId: 'ann', before: row, after: row })).toEqual(
      entry({ subject: 'users', objectId: 'forgotten', before: null, after: null }),
    );
    const key = { user_id: 'ann', key_alias: "Ann's laptop" };
    expect(without({ subject: 'keys', objectId: 'token', after: key })).toEqual(
      entry({ subject: 'keys', objectId: 'token', after: null }),
    );
  });

  it('keeps what they did, and not that they did it', () => {
    expect(without({ actor: 'ann' })).toEqual(entry({ actor: 'forgotten' }));
    const made = { created_by: 'ann', updated_by: 'boss', max_budget: 3 };
    expect(without({ after: made })).toEqual(
      entry({ after: { ...made, created_by: 'forgotten' } }),
    );
  });

  it('takes them out of lists and tables of others', () => {
    const after = {
      members_with_roles: [
        { user_id: 'ann', user_email: 'ann@example.com', role: 'admin' },
        { user_id: 'bob', role: 'user' },
        { user_email: 'ann@example.com', role: 'user' },
      ],
      member_allowances: { ann: { max_budget: 1 }, bob: { max_budget: 2 } },
      ['__proto__']: 'x',
    };
    const left = without({ after })!;
    expect(JSON.stringify(left)).not.toContain('ann');
    expect(left.after).toMatchObject({
      members_with_roles: [
        { user_id: 'forgotten', role: 'admin' },
        { user_id: 'bob', role: 'user' },
        { user_email: 'forgotten', role: 'user' },
      ],
      member_allowances: { forgotten: { max_budget: 1 }, bob: { max_budget: 2 } },
    });
  });
});
