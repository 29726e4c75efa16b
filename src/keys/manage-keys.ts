import { randomUUID } from 'node:crypto';
import { SpillwayError } from '#core/errors.ts';
import { newSecretKey } from '#core/ids.ts';
import type { JsonObject } from '#core/json.ts';
import type { z } from '#core/schema.ts';
import { addressFault } from '#core/address-rule.ts';
import { demandBudget } from '#keys/budget-rule.ts';
import type { Directory } from '#keys/directory.ts';
import { lengthMs, parseDuration } from '#keys/duration.ts';
import type { keyFields, KeyRow } from '#keys/fields.ts';
import { shownMetadata } from '#keys/in-metadata.ts';
import { APP_PAYER } from '#keys/key-ring.ts';
import { demandMemberRoute, type MemberRoute } from '#keys/member-rule.ts';
import { demand, leads, mayReadKey, mayWriteKey, notYours } from '#keys/ownership.ts';
import type { Principal } from '#keys/principal.ts';
import { audit, iso, type Registry, setSpend, shownRow, stamped } from '#keys/registry.ts';
import { isToken, keyFault, lookupOf, shownName, tokenOf } from '#keys/secret.ts';

/** The fields of a request that makes or changes a key. */
export type KeyFields = { [Field in keyof typeof keyFields]?: z.infer<(typeof keyFields)[Field]> };

/** More keys than one process looks after. */
const MOST_KEYS = 1_000_000;

export const payerOfKey = ({ id }: KeyRow) => ({ kind: 'key', id }) as const;

export const shownKey = (registry: Registry, key: KeyRow): JsonObject => ({
  ...shownRow(registry, key, payerOfKey(key)),
  ...shownMetadata(key),
  token: key.token,
  token_id: key.token,
});

/** By its public token, by the key itself or by its alias; undefined where there is none. */
export const findKey = (directory: Directory, name: string): KeyRow | undefined => {
  if (isToken(name)) return directory.byToken(name);
  return name.startsWith('sk-') ? directory.byToken(tokenOf(name)) : directory.byAlias(name);
};

/** A key that somebody may see. Throws SpillwayError `not_found` for all others. */
export const readableKey = (registry: Registry, principal: Principal, name: string): KeyRow => {
  const key = findKey(registry.directory, name);
  if (key && mayReadKey(principal, key, teamOf(registry, key))) return key;
  throw notYours('key', maskedName(name));
};

export const writableKey = (registry: Registry, principal: Principal, name: string): KeyRow => {
  const key = readableKey(registry, principal, name);
  demand(
    mayWriteKey(principal, key, teamOf(registry, key)),
    'You may see this key and not change it.',
  );
  return key;
};

/** A key that somebody types is not repeated to them. */
const maskedName = (name: string): string => (name.startsWith('sk-') ? shownName(name) : name);

const teamOf = ({ directory }: Registry, { team_id: id }: Pick<KeyRow, 'team_id'>) =>
  id ? directory.teams.get(id) : undefined;

/** A key that may be made, and is not yet there. */
export interface KeyDraft {
  readonly key: string;
  readonly row: KeyRow;
  /** Dollars that it has spent already. */
  readonly spend: number | null | undefined;
}

/** Changes nothing. Throws SpillwayError where it may not be made. */
export const draftKey = (
  registry: Registry,
  principal: Principal,
  { key: wished, fields }: { readonly key?: string | null | undefined; readonly fields: KeyFields },
): KeyDraft => {
  const { directory } = registry;
  const owned = inTime(registry, ownedBy(registry, principal, fields));
  demandMemberRoute(principal, teamOf(registry, owned), '/key/generate');
  checkFields(registry, owned);
  demandBudget(registry, principal, { after: owned });
  if (directory.keys.size >= MOST_KEYS)
    throw new SpillwayError('invalid_request', `There are ${MOST_KEYS} keys; delete some first.`);
  const { key, ...names } = newKey(registry, { param: 'key', wished, taken: 409 });
  checkAlias(registry, principal, owned.key_alias);
  const { duration, spend, ...rest } = owned;
  const row: KeyRow = {
    ...DEFAULTS,
    ...rest,
    id: randomUUID(),
    ...names,
    expires: expiryOf(registry, duration),
    ...stamped(registry, principal),
  };
  return { key, row, spend };
};

/** Makes a key; this is the only time that it is shown. */
export const generateKey = async (
  registry: Registry,
  principal: Principal,
  of: Parameters<typeof draftKey>[2],
): Promise<KeyDraft> => {
  const draft = draftKey(registry, principal, of);
  await keepKey(registry, principal, draft);
  return draft;
};

export const keepKey = async (
  registry: Registry,
  principal: Principal,
  { row, spend }: KeyDraft,
): Promise<void> => {
  await registry.directory.keys.put(row.id, row);
  if (spend)
    await setSpend(registry, payerOfKey(row), { dollars: spend, duration: row.budget_duration });
  await audit(registry, principal, {
    action: 'created',
    subject: 'keys',
    objectId: row.token,
    after: row,
  });
};

/** The key that was wished for, or any, with the names under which it is known. */
const newKey = (
  { directory, pepper }: Registry,
  {
    param,
    wished,
    taken,
  }: {
    readonly param: string;
    readonly wished: string | null | undefined;
    /** The status where there is one like it. */
    readonly taken: number;
  },
) => {
  const fault = wished ? keyFault(wished) : undefined;
  if (fault) throw new SpillwayError('invalid_request', `\`${param}\` ${fault}.`, { param });
  const key = wished || newSecretKey();
  const token = tokenOf(key);
  if (directory.byToken(token))
    throw new SpillwayError('invalid_request', 'This key exists already; choose another.', {
      param,
      status: taken,
    });
  return { key, token, lookup: lookupOf(token, pepper), key_name: shownName(key) };
};

/** A team may say how long its members' keys open. */
const inTime = (registry: Registry, fields: KeyFields): KeyFields => {
  const length = fields.user_id ? teamOf(registry, fields)?.team_member_key_duration : undefined;
  return length ? { ...fields, duration: fields.duration ?? length } : fields;
};

/** What LiteLLM answers where nothing was asked for. */
const DEFAULTS = {
  key_alias: null,
  models: [],
  aliases: {},
  config: {},
  permissions: {},
  metadata: {},
  tags: [],
  allowed_routes: [],
  max_budget: null,
  soft_budget: null,
  budget_duration: null,
  budget_id: null,
  tpm_limit: null,
  rpm_limit: null,
  max_parallel_requests: null,
  user_id: null,
  team_id: null,
  organization_id: null,
  blocked: null,
} satisfies KeyFields;

interface KeyChange {
  readonly name: string;
  readonly fields: KeyFields;
  /** What it is a part of. */
  readonly route?: MemberRoute;
}

/** A key as it was and as it shall be; nothing is changed yet. Throws SpillwayError where it may not be. */
const changedKey = (
  registry: Registry,
  principal: Principal,
  { name, fields, route = '/key/update' }: KeyChange,
) => {
  const before = writableKey(registry, principal, name);
  demandMemberRoute(principal, teamOf(registry, before), route);
  const owned = ownedBy(registry, principal, { ...fields, ...keptOwners(before, fields) });
  // Into another team it comes as a new one would.
  if (owned.team_id !== before.team_id)
    demandMemberRoute(principal, teamOf(registry, owned), '/key/generate');
  checkFields(registry, owned);
  const { blocked = before.blocked } = fields;
  const isUnblocked = before.blocked === true && blocked !== true;
  demand(
    principal.role === 'proxy_admin' || !isUnblocked,
    'Only a proxy admin may let a key open again that has been blocked.',
  );
  if (owned.key_alias !== before.key_alias) checkAlias(registry, principal, owned.key_alias);
  const { duration, spend, ...rest } = owned;
  const row: KeyRow = {
    ...before,
    ...rest,
    ...(duration !== undefined && { expires: expiryOf(registry, duration) }),
    ...stamped(registry, principal, before),
  };
  demandBudget(registry, principal, { before, after: row });
  return { before, row, spend };
};

const keepChange = async (
  registry: Registry,
  principal: Principal,
  {
    before,
    row,
    spend,
    action,
  }: ReturnType<typeof changedKey> & { readonly action: 'updated' | 'rotated' },
): Promise<void> => {
  await registry.directory.keys.put(row.id, row);
  if (typeof spend === 'number')
    await setSpend(registry, payerOfKey(row), { dollars: spend, duration: row.budget_duration });
  await audit(registry, principal, {
    action,
    subject: 'keys',
    objectId: row.token,
    before,
    after: row,
  });
};

/** Changes what is named and leaves the rest. */
export const updateKey = async (
  registry: Registry,
  principal: Principal,
  of: KeyChange,
): Promise<KeyRow> => {
  const change = changedKey(registry, principal, of);
  await keepChange(registry, principal, { ...change, action: 'updated' });
  return change.row;
};

const keptOwners = (before: KeyRow, fields: KeyFields): Pick<KeyFields, 'user_id' | 'team_id'> => ({
  user_id: fields.user_id === undefined ? before.user_id : fields.user_id,
  team_id: fields.team_id === undefined ? before.team_id : fields.team_id,
});

export const deleteKeys = async (
  registry: Registry,
  principal: Principal,
  names: readonly string[],
): Promise<readonly string[]> => {
  const rows = names.map((name) => writableKey(registry, principal, name));
  for (const row of rows) demandMemberRoute(principal, teamOf(registry, row), '/key/delete');
  await registry.directory.keys.remove(rows.map(({ id }) => id));
  for (const before of rows)
    await audit(registry, principal, {
      action: 'deleted',
      subject: 'keys',
      objectId: before.token,
      before,
    });
  return rows.map(({ token }) => token);
};

/** With those to whom they belong: without them they would open on without a bound. */
export const deleteKeysOf = async (
  registry: Registry,
  principal: Principal,
  isTheirs: (key: KeyRow) => boolean,
): Promise<void> => {
  const theirs = [...registry.directory.keys.all()].filter(isTheirs);
  const tokens = theirs.map(({ token }) => token);
  await deleteKeys(registry, principal, tokens);
};

/**
 * Puts another key in the place of one: its spend, limits and name stay. The old one opens on for as
 * long as `grace` says.
 */
export const regenerateKey = async (
  registry: Registry,
  principal: Principal,
  of: {
    readonly name: string;
    readonly newKey?: string | null | undefined;
    readonly grace?: string | null | undefined;
    readonly fields: KeyFields;
  },
): Promise<{ readonly key: string; readonly row: KeyRow }> => {
  const { name, newKey: wished, fields } = of;
  const route = '/key/regenerate';
  const change = changedKey(registry, principal, { name, fields, route });
  const { key, ...names } = newKey(registry, { param: 'new_key', wished, taken: 400 });
  const graceMs = of.grace ? lengthMs(parseDuration(of.grace, 'grace_period')) : 0;
  const wall = registry.wall();
  const { before } = change;
  const still = (before.former ?? []).filter(({ until }) => Date.parse(until) > wall);
  const row: KeyRow = {
    ...change.row,
    ...names,
    former: graceMs > 0 ? [...still, { lookup: before.lookup, until: iso(wall + graceMs) }] : still,
  };
  await keepChange(registry, principal, { ...change, row, action: 'rotated' });
  return { key, row };
};

/** Nobody but an admin makes keys for others, or gives away money that is not theirs. */
const ownedBy = (registry: Registry, principal: Principal, fields: KeyFields): KeyFields => {
  const { role, userId } = principal;
  if (role === 'proxy_admin') return fields;
  demand(
    role === 'internal_user' && userId !== undefined,
    'Only proxy admin can be used to generate, delete, update info for new keys/users/teams; a user with the role internal_user may manage their own keys.',
  );
  const team = teamOf(registry, fields);
  // A team's own key is nobody's in particular.
  const isTeams = fields.user_id === null && leads(principal, team);
  const owner = isTeams ? null : (fields.user_id ?? userId);
  demand(
    owner === userId || leads(principal, team),
    'You may manage keys of your own, and those of teams that you lead.',
  );
  const isMember =
    !fields.team_id ||
    isTeams ||
    (team?.members_with_roles ?? []).some(({ user_id }) => user_id === owner);
  demand(isMember, 'A key of a team is for its members.');
  demand(
    fields.spend === undefined && fields.organization_id === undefined,
    'Only a proxy admin may set spend or organization_id.',
  );
  return { ...fields, user_id: owner };
};

const checkFields = ({ directory }: Registry, fields: KeyFields): void => {
  const refuse = (param: string, text: string): never => {
    throw new SpillwayError('invalid_request', `\`${param}\`: ${text}`, { param });
  };
  const { team_id: team, budget_id: budget, allowed_ips: addresses } = fields;
  if (team && !directory.teams.get(team))
    refuse('team_id', `there is no team ${team}. Create it with /team/new.`);
  if (budget && !directory.budgets.get(budget))
    refuse('budget_id', `there is no budget ${budget}. Create it with /budget/new.`);
  for (const address of addresses ?? []) {
    const fault = addressFault(address);
    if (fault) refuse('allowed_ips', fault);
  }
};

const checkAlias = (
  { directory }: Registry,
  { role }: Principal,
  alias: string | null | undefined,
): void => {
  demand(
    role === 'proxy_admin' || !alias?.startsWith(APP_PAYER),
    `A key whose alias begins with ${APP_PAYER} pays for what an app does, and sees it: only a proxy admin may make one.`,
  );
  if (alias && directory.byAlias(alias))
    throw new SpillwayError(
      'invalid_request',
      `Key with alias '${alias}' already exists. Unique key aliases across all keys are required.`,
      { param: 'key_alias' },
    );
};

/** Nothing is said of it: it never expires. */
const expiryOf = ({ wall }: Registry, duration: string | null | undefined): string | null =>
  duration ? iso(wall() + lengthMs(parseDuration(duration, 'duration'))) : null;
