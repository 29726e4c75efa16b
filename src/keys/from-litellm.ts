import { randomUUID } from 'node:crypto';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { redact } from '#core/redact.ts';
import type { z } from '#core/schema.ts';
import {
  type BudgetRow,
  budgetRow,
  type CustomerRow,
  customerRow,
  keyFields,
  type KeyRow,
  keyRow,
  teamFields,
  type TeamRow,
  teamRow,
  type UserRow,
  userRow,
} from '#keys/fields.ts';
import { fromMetadata } from '#keys/in-metadata.ts';
import { nanosOf } from '#keys/money.ts';
import { isToken, lookupOf } from '#keys/secret.ts';
import type { PayerKind, SpendRecord } from '#store/spend.ts';

/** Somebody's spend as LiteLLM has it: what counts against the running budget. */
export interface OldSpend {
  readonly kind: PayerKind;
  readonly id: string;
  readonly nanos: number;
  readonly duration: string | undefined;
}

/** What of LiteLLM's tables can be taken over, and what not. */
export interface Taken {
  readonly keys: readonly KeyRow[];
  readonly teams: readonly TeamRow[];
  readonly users: readonly UserRow[];
  readonly budgets: readonly BudgetRow[];
  readonly customers: readonly CustomerRow[];
  readonly spend: readonly OldSpend[];
  /** One line for each row that is left out, and why. */
  readonly leftOut: readonly string[];
}

export interface LitellmRows {
  readonly keys: readonly JsonObject[];
  readonly teams: readonly JsonObject[];
  readonly users: readonly JsonObject[];
  readonly budgets: readonly JsonObject[];
  readonly customers: readonly JsonObject[];
  readonly memberships: readonly JsonObject[];
  readonly aliases: readonly JsonObject[];
}

/** Rows of LiteLLM's tables as ours. Its keys stay good: both keep the same hash of them. */
export const fromLitellm = (
  rows: LitellmRows,
  { pepper, wallMs }: { readonly pepper: string; readonly wallMs: number },
): Taken => {
  const named = new Map(rows.budgets.map((row) => [row['budget_id'], row]));
  const leftOut: string[] = [];
  const spend: OldSpend[] = [];
  const take = <Row>(
    row: JsonObject,
    as: { readonly schema: z.ZodType<Row>; readonly word: string; readonly id: Json | undefined },
  ): Row[] => {
    const read = as.schema.safeParse(plain(row));
    if (read.success) return [read.data];
    const [issue] = read.error.issues;
    leftOut.push(`${as.word} ${textOf(as.id)}: ${issue?.path.join('.')}: ${issue?.message}`);
    return [];
  };
  const spent = (kind: PayerKind, id: string, row: JsonObject): void => {
    const old = oldSpend(row, { budget: named.get(row['budget_id']), wallMs });
    if (old) spend.push({ kind, id, ...old });
  };
  const budgets = rows.budgets.flatMap((row) =>
    take(row, { schema: budgetRow, word: 'budget', id: row['budget_id'] }),
  );
  const teams = rows.teams.flatMap((row) => {
    spent('team', textOf(row['team_id']), row);
    const forAll = memberBudgetOf(row);
    for (const member of rows.memberships) {
      if (member['team_id'] !== row['team_id']) continue;
      const id = `${textOf(member['team_id'])}:${textOf(member['user_id'])}`;
      spent('member', id, { ...member, budget_id: member['budget_id'] ?? forAll ?? null });
    }
    const whole = {
      ...fromMetadata(teamFields, row),
      ...membersOf(row),
      ...aliasesOf(row, rows),
      ...allowancesOf(row, rows),
      ...forMembers(named.get(forAll ?? null)),
    };
    return take(whole, { schema: teamRow, word: 'team', id: row['team_id'] });
  });
  const users = rows.users.flatMap((row) => {
    spent('user', textOf(row['user_id']), row);
    return take(
      { ...row, user_role: roleOf(row) },
      { schema: userRow, word: 'user', id: row['user_id'] },
    );
  });
  const customers = rows.customers.flatMap((row) => {
    spent('end_user', textOf(row['user_id']), row);
    return take(row, { schema: customerRow, word: 'end user', id: row['user_id'] });
  });
  const keys = rows.keys.flatMap((row) => {
    const token = textOf(row['token']);
    if (!isToken(token)) {
      leftOut.push(`key ${token.slice(0, 12)}: its token is no SHA-256`);
      return [];
    }
    const id = randomUUID();
    spent('key', id, row);
    const whole = {
      ...fromMetadata(keyFields, row),
      id,
      lookup: lookupOf(token, pepper),
      key_name: row['key_name'] ?? 'sk-...',
    };
    return take<KeyRow>(whole, { schema: keyRow, word: 'key', id: token.slice(0, 12) });
  });
  return { keys, teams, users, budgets, customers, spend, leftOut };
};

/** Whose budget should have begun anew by now has spent nothing of the running one. */
const oldSpend = (
  row: JsonObject,
  { budget, wallMs }: { readonly budget: JsonObject | undefined; readonly wallMs: number },
): Pick<OldSpend, 'nanos' | 'duration'> | undefined => {
  const dollars = own(row, 'spend');
  if (typeof dollars !== 'number' || dollars <= 0) return undefined;
  const duration = row['budget_duration'] ?? budget?.['budget_duration'];
  const resetAt: unknown = row['budget_reset_at'] ?? budget?.['budget_reset_at'];
  const isOver = resetAt instanceof Date && resetAt.getTime() <= wallMs;
  return {
    nanos: nanosOf(dollars),
    duration: typeof duration === 'string' && !isOver ? duration : undefined,
  };
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Ours are JSON: instants as texts, nothing that only LiteLLM has a use for, no empty maps for limits. */
const plain = (row: JsonObject): JsonObject => {
  const body: JsonObject = {};
  for (const [name, value] of Object.entries(row) as [string, unknown][]) {
    if (DROPPED.has(name) || value === null || value === undefined) continue;
    if (value instanceof Date) body[name] = value.toISOString();
    else if (!(EMPTY_IS_NONE.has(name) && isObject(value) && Object.keys(value).length === 0))
      body[name] = value as Json;
  }
  return body;
};

const DROPPED: ReadonlySet<string> = new Set([
  'spend',
  'model_spend',
  'budget_reset_at',
  'soft_budget_cooldown',
  'password',
  'sso_user_id',
  'router_settings',
  'object_permission_id',
  'model_id',
]);

const EMPTY_IS_NONE: ReadonlySet<string> = new Set(['model_max_budget']);

const ROLES: ReadonlySet<unknown> = new Set([
  'proxy_admin',
  'proxy_admin_viewer',
  'internal_user',
  'internal_user_viewer',
]);

/** A role that is not known here may do the least. */
const roleOf = ({ user_role: role }: JsonObject): string =>
  ROLES.has(role) ? (role as string) : 'internal_user_viewer';

/** LiteLLM had lists of ids before it had roles. */
const membersOf = (row: JsonObject): JsonObject => {
  const listed = own(row, 'members_with_roles');
  if (Array.isArray(listed)) return {};
  const ids = (name: string): string[] =>
    Array.isArray(row[name]) ? row[name].filter((id) => typeof id === 'string') : [];
  const members = [
    ...ids('admins').map((id) => ({ user_id: id, role: 'admin' })),
    ...ids('members').map((id) => ({ user_id: id, role: 'user' })),
  ];
  return { members_with_roles: members };
};

const aliasesOf = (team: JsonObject, { aliases }: LitellmRows): JsonObject => {
  const found = aliases.find(({ id }) => id === team['model_id']);
  const names = found && own(found, 'aliases');
  return isObject(names) ? { model_aliases: names } : {};
};

/** Where LiteLLM keeps what each member of a team may have. */
const memberBudgetOf = ({ metadata }: JsonObject): string | undefined => {
  const id = isObject(metadata) ? own(metadata, 'team_member_budget_id') : undefined;
  return typeof id === 'string' ? id : undefined;
};

const forMembers = (budget: JsonObject | undefined): JsonObject =>
  budget
    ? {
        team_member_budget: budget['max_budget'] ?? null,
        team_member_budget_duration: budget['budget_duration'] ?? null,
        team_member_rpm_limit: budget['rpm_limit'] ?? null,
        team_member_tpm_limit: budget['tpm_limit'] ?? null,
      }
    : {};

const allowancesOf = (team: JsonObject, { memberships, budgets }: LitellmRows): JsonObject => {
  const forAll = memberBudgetOf(team);
  const theirs = memberships.filter(
    ({ team_id: id, budget_id: budget }) => id === team['team_id'] && budget !== forAll,
  );
  const allowances = theirs.flatMap(({ user_id: user, budget_id: budget }) => {
    const found = budgets.find(({ budget_id: id }) => id === budget);
    return found && typeof user === 'string' ? [[user, plain(found)] as const] : [];
  });
  return { member_allowances: Object.fromEntries(allowances) };
};

/** One row of LiteLLM's spend logs as a record that adds to no budget: those were taken over as sums. */
export const recordFromLitellm = (row: JsonObject): SpendRecord => {
  const text = (name: string): string => {
    const value = own(row, name);
    return typeof value === 'string' ? value : '';
  };
  const count = (name: string): number => {
    const value = own(row, name);
    return typeof value === 'number' && value > 0 ? Math.round(value) : 0;
  };
  const instant = (name: string): number => {
    const value: unknown = row[name];
    return value instanceof Date ? value.getTime() : 0;
  };
  const tags = own(row, 'request_tags');
  const first = instant('completionStartTime');
  const dollars = own(row, 'spend');
  return {
    id: text('request_id'),
    startedMs: instant('startTime'),
    endedMs: instant('endTime'),
    token: text('api_key'),
    user: text('user'),
    team: text('team_id'),
    endUser: text('end_user'),
    group: text('model_group') || text('model'),
    model: text('model'),
    deployment: text('model_id'),
    provider: text('custom_llm_provider'),
    status: text('status') === 'failure' ? 'failure' : 'success',
    nanos: typeof dollars === 'number' && dollars > 0 ? nanosOf(dollars) : 0,
    tokensIn: count('prompt_tokens'),
    tokensOut: count('completion_tokens'),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    payments: [],
    more: {
      call_type: text('call_type'),
      ...(first > 0 && { first_ms: first - instant('startTime') }),
      ...(text('session_id') !== '' && { session_id: text('session_id') }),
      ...errorIn(own(row, 'metadata')),
    },
  };
};

/** What its caller was told. LiteLLM keeps it as vendors say it, with what looks like a key. */
const errorIn = (metadata: Json | undefined): JsonObject => {
  const told = isObject(metadata) ? own(metadata, 'error_information') : undefined;
  if (!isObject(told)) return {};
  const [code, message, status] = (['error_class', 'error_message', 'error_code'] as const).map(
    (name) => {
      const value = own(told, name);
      return typeof value === 'string' ? value : '';
    },
  );
  if (!code && !message) return {};
  return {
    error: {
      code: code!,
      message: redact(message!),
      ...(/^[1-5]\d\d$/.test(status!) && { status: Number(status) }),
    },
  };
};
