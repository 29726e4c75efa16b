import type { Part } from '#core/check-schema.ts';
import { closest } from '#core/closest.ts';
import type { Finding } from '#core/finding.ts';
import { isObject, type Json, type JsonObject, own, setOwn } from '#core/json.ts';
import type { ParamRules } from '#core/param-rules.ts';
import { isStarPattern } from '#core/star-pattern.ts';
import type { Provider } from '#providers/provider.ts';
import { rowLimits } from '#config/ceilings.ts';
import {
  apiBaseOf,
  apiVersionOf,
  type Credential,
  credentialOf,
  settingsOf,
  type Problem,
  type Setting,
} from '#config/credentials.ts';
import { deploymentId } from '#config/deployment-id.ts';
import { deploymentNames } from '#config/deployment-name.ts';
import { draftsOf } from '#config/drafts.ts';
import { PARAMS_IDLE } from '#config/idle-keys.ts';
import type { Deployment, UnusableDeployment } from '#config/loaded.ts';
import type { Ceilings } from '#config/loaded-quota.ts';
import type { UpstreamBudget } from '#config/loaded-routing.ts';
import { modelFacts } from '#config/model-facts.ts';
import type { Lender } from '#config/named-credentials.ts';
import {
  type Draft,
  isBodyField,
  isIdleParam,
  isStandIn,
  PARAMS_USED,
  type Row,
  standInProblem,
} from '#config/model-row.ts';
import { type Environment, referencedVariable } from '#config/os-environ.ts';
import { type PlacedDeployment, warnOfPools } from '#config/pool-findings.ts';
import { present } from '#config/present.ts';
import type { ProviderChoice } from '#config/provider-choice.ts';
import {
  childOf,
  findingAt,
  keyFindingAt,
  NO_EFFECT,
  type Report,
  writtenAt,
} from '#config/section.ts';
import { milliseconds, toMs } from '#config/values.ts';
import { expandAnyVendor, wildcardProblem } from '#config/wildcards.ts';

/** What the rest of the config says about its rows. */
export interface ModelListContext {
  readonly env: Environment;
  readonly ceilings: Ceilings;
  /** `default_max_parallel_requests`. */
  readonly maxParallelRequests: number | undefined;
  /** Of all rows, where they have none of the same name. */
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** `spillway_settings`: for the pools that it names. */
  readonly own: Part | undefined;
  /** Those of the rows that stand in the store. */
  readonly stored: ReadonlySet<Part>;
  readonly lenders: ReadonlyMap<string, Lender>;
  /** The store may have credentials that are not known yet. */
  readonly mayLend: boolean;
}

export interface ModelList {
  readonly deployments: readonly Deployment[];
  readonly unusable: readonly UnusableDeployment[];
}

/**
 * The rows of `model_list` as deployments. A row that is malformed is an error; a row that is fine
 * and cannot serve (no key, unknown provider) is unusable, and an error only where its whole group
 * is.
 */
export const loadModelList = (
  rows: readonly Part[],
  context: ModelListContext,
  report: Report,
): ModelList => {
  const drafts = rows
    .flatMap((part) => draftsOf(part, context.lenders, report))
    .flatMap((draft) => expandAnyVendor(draft, context.env));
  warnOfParams(drafts, report);
  warnOfSharedIds(drafts, report);
  const names = deploymentNames(
    drafts.map(({ part, row }) => ({
      group: row.model_name,
      id: row.model_info?.id ?? undefined,
      keyVariable: referencedVariable(writtenAt(part, ['litellm_params', 'api_key'])),
    })),
  );
  const placed: PlacedDeployment[] = [];
  const unusable: UnusableDeployment[] = [];
  for (const [i, draft] of drafts.entries()) {
    const deployment = toDeployment(draft, names[i] ?? '', context);
    if ('reason' in deployment) unusable.push(deployment);
    else placed.push({ deployment, draft });
  }
  warnOfPools(placed, context.own, report);
  const deployments = placed.map(({ deployment }) => deployment);
  const settled = drafts.filter((draft) => !dependsOnStore(draft, context));
  reportDeadGroups(settled, { deployments, unusable }, report);
  return { deployments, unusable };
};

/** What the store lends a row of the file, or has not yet, is no fault of the file. */
const dependsOnStore = (
  { part, row, missing }: Draft,
  { lenders, mayLend, stored }: ModelListContext,
): boolean => {
  if (!mayLend || stored.has(part)) return false;
  const lender = lenders.get(row.litellm_params.litellm_credential_name ?? '');
  return missing !== undefined || lender?.credential.isStored === true;
};

const toDeployment = (
  draft: Draft,
  name: string,
  { env, ceilings, maxParallelRequests, extraHeaders, stored }: ModelListContext,
): Deployment | UnusableDeployment => {
  const { part, row, organization } = draft;
  const { litellm_params: params, model_info: info } = row;
  const group = row.model_name;
  const unusable = ({ param, message }: Problem): UnusableDeployment => ({
    name,
    group,
    reason: findingAt(part, ['litellm_params', param], message),
  });
  const reach = reachOf(draft, env);
  if ('message' in reach) return unusable(reach);
  const { choice, settings, credential, apiBase } = reach;
  const { line, column } = part.document.position(part.path);
  return {
    id: info?.id ?? idOf(draft),
    name,
    group,
    provider: choice.provider.name,
    model: choice.model,
    ...present({
      apiKey: credential.key,
      apiKeySource: credential.source,
      apiBase,
      apiVersion: apiVersionOf(params.api_version, choice.provider, env),
      organization,
      speaks: speaksOf(choice, row),
      weight: params.weight ?? undefined,
      rpm: params.rpm ?? row.rpm ?? info?.rpm ?? undefined,
      tpm: params.tpm ?? row.tpm ?? info?.tpm ?? undefined,
      quotaPools: quotaPoolsOf(row),
      maxParallelRequests: params.max_parallel_requests || maxParallelRequests,
      order: params.order ?? info?.order ?? undefined,
      cooldownMs: cooldownOf(row),
      timeoutMs: toMs(params.timeout) ?? toMs(params.request_timeout),
      streamTimeoutMs: toMs(params.stream_timeout),
      numRetries: params.num_retries ?? undefined,
      budget: budgetOf(row),
      params: paramRulesOf(row),
      extraBody: extraBodyOf(draft.params),
      isStored: stored.has(part) || undefined,
      credential: params.litellm_credential_name || undefined,
      isBlocked: info?.blocked || undefined,
    }),
    ...modelFacts(row, choice),
    limits: rowLimits(row, ceilings),
    tags: params.tags ?? [],
    settings,
    extraHeaders: mergedHeaders(extraHeaders, params.headers, params.extra_headers),
    defaults: bodyDefaults(draft.params, choice.provider),
    modelInfo: modelInfoOf(part),
    line,
    column,
  };
};

const missingCredential = ({ missing }: Draft): Problem | undefined =>
  missing === undefined
    ? undefined
    : {
        param: 'litellm_credential_name',
        message: `there is no credential ${JSON.stringify(missing)} in credential_list; write it there, or add it with POST /credentials where models are stored`,
      };

interface Reach {
  readonly choice: ProviderChoice;
  readonly settings: Deployment['settings'];
  readonly credential: Credential;
  readonly apiBase?: string;
}

/** Whom a row calls, and with what; or why it cannot. */
const reachOf = (draft: Draft, env: Environment): Reach | Problem => {
  const { part, choice, lent } = draft;
  const { litellm_params: params } = draft.row;
  const written = (param: string): Json | undefined =>
    own(lent, param) ?? writtenAt(part, ['litellm_params', param]);
  const setting = (param: 'api_key' | 'api_base' | 'base_url'): Setting => ({
    written: written(param),
    value: params[param],
  });
  const problem =
    missingCredential(draft) ?? standInProblem(draft.params) ?? wildcardProblem(draft);
  if (problem) return problem;
  const bases = { api_base: setting('api_base'), base_url: setting('base_url') };
  if (typeof choice === 'string') return { param: 'model', message: choice };
  const settings = settingsOf(draft.params, choice.provider, env);
  const known = { env, settings, params: draft.params, written, model: choice.model };
  const credential = credentialOf(setting('api_key'), choice.provider, known);
  if ('message' in credential) return credential;
  const lack = choice.provider.lacks?.(settings, credential.key !== undefined);
  if (lack) return lack;
  const base = apiBaseOf(bases, choice.provider, known);
  return 'message' in base ? base : { choice, settings, credential, ...base };
};

/** One name in several ways of writing is one header: the last one holds. */
const mergedHeaders = (
  ...all: readonly (Readonly<Record<string, string>> | null | undefined)[]
): Record<string, string> => {
  const merged = new Map<string, readonly [string, string]>();
  for (const [name, value] of all.flatMap((each) => Object.entries(each ?? {})))
    merged.set(name.toLowerCase(), [name, value]);
  return Object.fromEntries(merged.values());
};

const paramRulesOf = ({ litellm_params: params }: Row): ParamRules | undefined => {
  const drops = params.drop_params ?? undefined;
  const modifies = params.modify_params ?? undefined;
  const dropped = params.additional_drop_params ?? [];
  const allowed = params.allowed_openai_params ?? [];
  const isSilent = drops === undefined && modifies === undefined;
  if (isSilent && dropped.length === 0 && allowed.length === 0) return undefined;
  return { ...present({ drops, modifies }), dropped, allowed };
};

/** As LiteLLM tells it: by a prefix, by the model's mode, or by a wish of the row's. */
const speaksOf = (
  { provider, speaks }: ProviderChoice,
  { litellm_params: params, model_info: info }: Row,
): Deployment['speaks'] => {
  if (!provider.operations.responses) return undefined;
  if (params.use_chat_completions_api) return 'chat';
  return speaks ?? (info?.['mode'] === 'responses' ? 'responses' : undefined);
};

const quotaPoolsOf = ({
  litellm_params: params,
  model_info: info,
}: Row): readonly string[] | undefined => {
  const written = params.quota_pool ?? info?.quota_pool ?? undefined;
  return typeof written === 'string' ? [written] : written && [...new Set(written)];
};

const budgetOf = ({ litellm_params: params }: Row): UpstreamBudget | undefined =>
  typeof params.max_budget === 'number'
    ? {
        maxDollars: params.max_budget,
        ...present({ duration: params.budget_duration ?? undefined }),
      }
    : undefined;

/** Here 0 is a value: this deployment is never left out for its failures. */
const cooldownOf = ({ litellm_params: params, model_info: info }: Row): number | undefined => {
  const written = params.cooldown_time ?? info?.cooldown_time ?? undefined;
  return written === undefined ? undefined : milliseconds(written);
};

/** As written: what the schema made of it would lose types. */
const modelInfoOf = (part: Part): JsonObject => {
  const info = childOf(part, 'model_info')?.value;
  return isObject(info) ? info : {};
};

/** Whatever a credential lends is no part of a row's id: another key is not another deployment. */
const idOf = ({ part, row, params, lent }: Draft): string => {
  const ownParams = Object.entries(params).filter(([key]) => !Object.hasOwn(lent, key));
  return deploymentId(row.model_name, Object.fromEntries(ownParams), (path) =>
    part.document.isFloat([...part.path, 'litellm_params', ...path]),
  );
};

/** What goes into each request's body: unknown parameters, as LiteLLM passes them on. */
const bodyDefaults = (params: JsonObject, { settings = {} }: Provider): JsonObject => {
  const defaults: JsonObject = {};
  const add = (key: string, value: Json): void => {
    if (value !== null) setOwn(defaults, key, value);
  };
  for (const [key, value] of Object.entries(params))
    if (isBodyField(key) && !Object.hasOwn(settings, key) && nearMiss(key) === undefined)
      add(key, value);
  return defaults;
};

const extraBodyOf = (params: JsonObject): JsonObject | undefined => {
  const extra = params['extra_body'];
  const given = Object.entries(isObject(extra) ? extra : {}).filter(([, value]) => value !== null);
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

/** The parameter that an unknown one is a slip of: `api_kye` must not travel to a vendor. */
const nearMiss = (key: string): string | undefined =>
  closest(key, [...PARAMS_USED, ...PARAMS_IDLE]);

/** One warning for each parameter, however many rows have it. */
const warnOfParams = (drafts: readonly Draft[], report: Report): void => {
  const places = new Map<string, { finding: Finding; rows: Set<Part> }>();
  for (const draft of drafts) {
    const { part, params } = draft;
    for (const key of Object.keys(params)) {
      const message = paramWarning(key, draft);
      if (message === undefined) continue;
      const place = places.get(key);
      if (place) place.rows.add(part);
      else
        places.set(key, {
          finding: keyFindingAt(part, ['litellm_params', key], message),
          rows: new Set([part]),
        });
    }
  }
  for (const { finding, rows } of places.values())
    report.warn(
      rows.size === 1
        ? finding
        : { ...finding, message: `${finding.message} (${rows.size} rows have it)` },
    );
};

const paramWarning = (key: string, { choice }: Draft): string | undefined => {
  if (isStandIn(key) || isSetting(key, choice)) return undefined;
  if (key === 'api_version' && typeof choice !== 'string' && !choice.provider.version)
    return `has no effect: the API of ${choice.provider.name} has no versions`;
  if (isIdleParam(key)) return NO_EFFECT;
  const near = isBodyField(key) ? nearMiss(key) : undefined;
  return near === undefined ? undefined : `unknown key, not sent; did you mean "${near}"?`;
};

/** Whether its vendor has a parameter of this name. */
const isSetting = (key: string, choice: Draft['choice']): boolean =>
  typeof choice !== 'string' && Object.hasOwn(choice.provider.settings ?? {}, key);

const warnOfSharedIds = (drafts: readonly Draft[], report: Report): void => {
  const seen = new Map<string, Part>();
  for (const { part, row } of drafts) {
    const id = row.model_info?.id;
    if (!id) continue;
    const other = seen.get(id);
    if (other && other !== part)
      report.warn(findingAt(part, ['model_info', 'id'], 'another row has this id too'));
    seen.set(id, part);
  }
};

const reportDeadGroups = (
  drafts: readonly Draft[],
  { deployments, unusable }: ModelList,
  report: Report,
): void => {
  const alive = new Set(deployments.map(({ group }) => group));
  // A pattern that nobody can serve takes nothing from the groups that have a name.
  const ignored = (group: string): boolean => isStarPattern(group) && alive.size > 0;
  const reported = new Set<string>();
  for (const { part, row } of drafts) {
    const group = row.model_name;
    if (alive.has(group) || ignored(group) || reported.has(group)) continue;
    reported.add(group);
    const dead = unusable.filter((one) => one.group === group);
    for (const { reason } of dead) report.error(reason);
    const subject = dead.length === 1 ? 'the deployment' : `none of the ${dead.length} deployments`;
    const message = `${subject} of ${JSON.stringify(group)} can${dead.length === 1 ? 'not' : ''} serve`;
    report.error(findingAt(part, ['model_name'], message));
  }
};
