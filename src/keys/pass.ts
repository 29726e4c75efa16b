import { SpillwayError } from '#core/errors.ts';
import { addressRule } from '#core/address-rule.ts';
import type { Directory } from '#keys/directory.ts';
import type { Allowance, CustomerRow, KeyRow, TeamRow, UserRow } from '#keys/fields.ts';
import { amountsOf, type Limited, type TokenKind } from '#keys/limits.ts';
import {
  modelPart,
  type ModelPart,
  type ModelParty,
  NO_MODEL_PART,
  saysOfModels,
} from '#keys/model-part.ts';
import { modelPurse, type PayerKind } from '#store/spend.ts';
import { type AccessGroups, modelRule, type ModelRule } from '#keys/model-rule.ts';

/** Somebody who pays: whose budget it is, and under which name its sum is kept. */
export interface Payer {
  readonly kind: PayerKind;
  readonly id: string;
  /** For people: `Team=dev`. */
  readonly label: string;
  /** For the log, where its caller is told no label. */
  readonly name?: string;
  readonly maxDollars?: number;
  readonly softDollars?: number;
  readonly duration?: string;
  /** So much more, until an instant, Unix epoch ms. */
  readonly raised?: { readonly dollars: number; readonly untilMs: number };
}

/** What is known of a key as of one version of the directory. */
export interface Pass {
  /** A word for it that is no key: for logs, and for whoever shares by callers. */
  readonly word: string;
  readonly key: KeyRow;
  readonly team?: TeamRow;
  readonly user?: UserRow;
  /** When it opens nothing any more, Unix epoch ms; Infinity: never. */
  readonly expiresMs: number;
  /** How long it waits at its own limits, ms; 0: it does not. Infinity: as long as others do. */
  readonly waitMs: number;
  readonly alwaysUsage: boolean;
  readonly refusesUnpriced: boolean;
  readonly tags: readonly string[];
  readonly limited: readonly Limited[];
  /** What every answer says of the key's own bounds: lines of LiteLLM's headers, with numbers for values. */
  readonly told: string;
  readonly payers: readonly Payer[];
  /** Whether it may be used from an address. */
  opensFrom(address: string): boolean;
  /** The name that a name stands for. */
  aliasOf(model: string): string;
  /** Throws SpillwayError `model_denied`. */
  checkModel(model: string): void;
  mayUse(model: string): boolean;
  /** Limits and budgets for one model alone; often none. */
  modelLimited(model: string): readonly Limited[];
  modelPayers(model: string): readonly Payer[];
}

export interface PassDeps {
  readonly directory: Directory;
  readonly groups: AccessGroups;
  readonly tokenKind: TokenKind;
}

/** Enough of a token to tell keys apart. */
const WORD_CHARS = 12;

/** A word for whoever has the key of this public token. */
export const wordOf = (token: string): string => token.slice(0, WORD_CHARS);

export const passOf = (deps: PassDeps, key: KeyRow): Pass => {
  const { directory } = deps;
  const team = key.team_id ? directory.teams.get(key.team_id) : undefined;
  const user = key.user_id ? directory.users.get(key.user_id) : undefined;
  const member = memberOf(key, team);
  const own = withBudget(directory, key);
  const teams = team && withBudget(directory, team);
  const listed = key.allowed_ips ?? [];
  const models = rulesOf(deps, { key, team, user });
  const parts = { key: own, team: teams, user: user && withBudget(directory, user), member };
  const ofModel = modelPart(partiesOf(parts, { key, team, user }), deps.tokenKind);
  return {
    word: wordOf(key.token),
    key,
    ...(team && { team }),
    ...(user && { user }),
    expiresMs: key.expires ? Date.parse(key.expires) : Infinity,
    waitMs: waitMsOf(key),
    alwaysUsage: key.always_include_usage === true,
    refusesUnpriced: key.refuse_unpriced === true,
    tags: tagsOf(key, team),
    limited: limitedOf(deps, parts, { key, team, user }),
    told: toldOf(key),
    payers: payersOf(parts, { key, team, user }),
    opensFrom: listed.length > 0 ? addressRule(listed) : () => true,
    aliasOf: (model) => valueOf(key.aliases, model) ?? valueOf(team?.model_aliases, model) ?? model,
    checkModel(model) {
      for (const { rule, whose, listed } of models)
        if (!rule(model)) throw denied(whose, model, listed);
    },
    mayUse: (model) => models.every(({ rule }) => rule(model)),
    modelLimited: ofModel.limited,
    modelPayers: ofModel.payers,
  };
};

/** What stands in a budget that is named holds where a row is silent. */
export const withBudget = (directory: Directory, row: Allowance): Allowance => {
  const budget = row.budget_id ? directory.budgets.get(row.budget_id) : undefined;
  if (!budget) return row;
  const said = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  return { ...budget, ...Object.fromEntries(said) };
};

/** What a member of the key's team may have there; undefined where there is no team, or nobody. */
export const memberOf = (
  key: Pick<Partial<KeyRow>, 'user_id'>,
  team: TeamRow | undefined,
): Allowance | undefined => {
  if (!team || !key.user_id) return undefined;
  const own = team.member_allowances?.[key.user_id];
  return {
    max_budget: own?.max_budget ?? team.team_member_budget,
    soft_budget: own?.soft_budget,
    budget_duration: own?.budget_duration ?? team.team_member_budget_duration,
    rpm_limit: own?.rpm_limit ?? team.team_member_rpm_limit,
    tpm_limit: own?.tpm_limit ?? team.team_member_tpm_limit,
    input_tpm_limit: own?.input_tpm_limit,
    output_tpm_limit: own?.output_tpm_limit,
    max_parallel_requests: own?.max_parallel_requests,
  };
};

interface Rows {
  readonly key: KeyRow;
  readonly team: TeamRow | undefined;
  readonly user: UserRow | undefined;
}

interface Allowances {
  readonly key: Allowance;
  readonly team: Allowance | undefined;
  readonly user: Allowance | undefined;
  readonly member: Allowance | undefined;
}

const waitMsOf = ({ queue }: KeyRow): number => {
  if (queue === true) return Infinity;
  return typeof queue === 'number' ? queue * 1_000 : 0;
};

const toldOf = ({ tpm_limit: tpm, rpm_limit: rpm, max_budget: max }: KeyRow): string =>
  (tpm ? `x-litellm-key-tpm-limit: ${tpm}\r\n` : '') +
  (rpm ? `x-litellm-key-rpm-limit: ${rpm}\r\n` : '') +
  (typeof max === 'number' ? `x-litellm-key-max-budget: ${max}\r\n` : '');

/** A team's, too: each once. */
const tagsOf = (key: KeyRow, team: TeamRow | undefined): readonly string[] => [
  ...new Set([...(key.tags ?? []), ...(team?.tags ?? [])]),
];

interface NamedRule {
  readonly rule: ModelRule;
  readonly whose: 'key' | 'team' | 'user';
  readonly listed: readonly string[];
}

/** A key's own list, its team's, and its user's where it has no team. */
const rulesOf = ({ groups }: PassDeps, { key, team, user }: Rows): readonly NamedRule[] => {
  const rule = (whose: NamedRule['whose'], listed: readonly string[]): NamedRule => ({
    whose,
    listed,
    rule: modelRule(listed, { groups, ...(team && { team: team.models ?? [] }) }),
  });
  return [
    rule('key', key.models ?? []),
    ...(team ? [rule('team', team.models ?? [])] : []),
    ...(user && !team ? [rule('user', user.models ?? [])] : []),
  ];
};

const denied = (
  whose: NamedRule['whose'],
  model: string,
  listed: readonly string[],
): SpillwayError => {
  const names = listed.slice(0, 20).map((name) => `'${name}'`);
  return new SpillwayError(
    `${whose}_model_denied`,
    `${whose} not allowed to access model. This ${whose} can only access models=[${names.join(', ')}]. Tried to access ${model.slice(0, 100)}`,
    { param: 'model' },
  );
};

const limitedOf = (
  { tokenKind }: PassDeps,
  { key: own, team: teams, user: users, member }: Allowances,
  { key, team, user }: Rows,
): readonly Limited[] => {
  const limited = (
    descriptor: string,
    { id, label = id }: { readonly id: string; readonly label?: string },
    allowance: Allowance,
  ): Limited => ({
    account: `own/${descriptor}/${id}`,
    descriptor,
    label,
    amounts: amountsOf(allowance, tokenKind),
  });
  return [
    limited('api_key', { id: key.id, label: key.token }, own),
    ...(user && users ? [limited('user', { id: user.user_id }, users)] : []),
    ...(team && teams ? [limited('team', { id: team.team_id }, teams)] : []),
    ...(team && member
      ? [limited('team_member', { id: `${team.team_id}:${key.user_id ?? ''}` }, member)]
      : []),
  ].filter(({ amounts }) => Object.keys(amounts).length > 0);
};

const payerOf = (
  kind: Payer['kind'],
  { id, label }: { readonly id: string; readonly label: string },
  { max_budget: max, soft_budget: soft, budget_duration: duration }: Allowance,
): Payer => ({
  kind,
  id,
  label,
  ...(typeof max === 'number' && { maxDollars: max }),
  ...(typeof soft === 'number' && { softDollars: soft }),
  ...(typeof duration === 'string' && { duration }),
});

const raisedOf = ({
  temp_budget_increase: increase,
  temp_budget_expiry: until,
}: KeyRow): Pick<Payer, 'raised'> =>
  increase && until ? { raised: { dollars: increase, untilMs: Date.parse(until) } } : {};

/** A user's own budget is not asked where the key is a team's. */
const payersOf = (
  { key: own, team: teams, user: users, member }: Allowances,
  { key, team, user }: Rows,
): readonly Payer[] => {
  const name = `Key=${key.key_alias ?? key.key_name}`;
  const payers: Payer[] = [
    { ...payerOf('key', { id: key.id, label: '' }, own), name, ...raisedOf(key) },
  ];
  if (user && users)
    payers.push(
      payerOf('user', { id: user.user_id, label: `User=${user.user_id}` }, team ? {} : users),
    );
  if (team && teams)
    payers.push(payerOf('team', { id: team.team_id, label: `Team=${team.team_id}` }, teams));
  if (team && member && key.user_id) {
    const id = `${team.team_id}:${key.user_id}`;
    payers.push(
      payerOf('member', { id, label: `User=${key.user_id} in Team=${team.team_id}` }, member),
    );
  }
  return payers;
};

/** Whose word on single models holds; a user's also where their key is a team's, as in LiteLLM. */
const partiesOf = (
  { key: own, team: teams, user: users }: Allowances,
  { key, team, user }: Rows,
): readonly ModelParty[] => {
  const parties: ModelParty[] = [
    {
      descriptor: 'model_per_key',
      id: key.id,
      label: key.token,
      purse: `${key.id}:`,
      payer: '',
      allowance: own,
    },
  ];
  if (user && users) parties.push(party('user', user.user_id, users));
  if (team && teams) parties.push(party('team', team.team_id, teams));
  return parties;
};

const PARTY_WORDS = { user: 'User', team: 'Team', end_user: 'End User' } as const;

const party = (kind: keyof typeof PARTY_WORDS, id: string, allowance: Allowance): ModelParty => ({
  descriptor: `model_per_${kind}`,
  id,
  label: id,
  purse: modelPurse(kind, id),
  payer: ` of ${PARTY_WORDS[kind]}=${id}`,
  allowance,
});

/** What an end user may have, where somebody has written any down. */
export interface CustomerPart {
  readonly payer: Payer;
  readonly limited: readonly Limited[];
  readonly ofModel: ModelPart;
}

export const customerPart = (
  { directory, tokenKind }: PassDeps,
  { id, row }: { readonly id: string; readonly row: CustomerRow | Allowance },
): CustomerPart => {
  const allowance = withBudget(directory, row);
  const amounts = amountsOf(allowance, tokenKind);
  const account = `own/end_user/${id}`;
  return {
    payer: payerOf('end_user', { id, label: `End User=${id}` }, allowance),
    limited:
      Object.keys(amounts).length > 0
        ? [{ account, descriptor: 'end_user', label: id, amounts }]
        : [],
    ofModel: saysOfModels(allowance)
      ? modelPart([party('end_user', id, allowance)], tokenKind)
      : NO_MODEL_PART,
  };
};

const valueOf = (
  record: Readonly<Record<string, string>> | null | undefined,
  name: string,
): string | undefined => (record && Object.hasOwn(record, name) ? record[name] : undefined);
