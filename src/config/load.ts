import type { Part } from '#core/check-schema.ts';
import { type Finding, FindingsError } from '#core/finding.ts';
import { isObject, type JsonObject } from '#core/json.ts';
import { commonProvider } from '#providers/index.ts';
import { ceilingsOf } from '#config/ceilings.ts';
import { withEnvironmentVariables } from '#config/environment-variables.ts';
import { warnOfFallbacks } from '#config/fallback-findings.ts';
import { loadFallbacks } from '#config/fallbacks.ts';
import { type GeneralSettings, loadGeneralSettings } from '#config/general-settings.ts';
import { TOP_IDLE } from '#config/idle-keys.ts';
import { loadKeeping } from '#config/keeping.ts';
import { loadLitellmSettings } from '#config/litellm-settings.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { loadModelList } from '#config/model-list.ts';
import { type Lender, loadCredentials } from '#config/named-credentials.ts';
import type { Environment } from '#config/os-environ.ts';
import { present } from '#config/present.ts';
import { loadQuotaPools } from '#config/quota-pools.ts';
import { loadRouterSettings } from '#config/router-settings.ts';
import {
  childOf,
  findingAt,
  Report,
  resolvePart,
  warnOfKeys,
  withoutIdle,
} from '#config/section.ts';
import type { Override } from '#config/override.ts';
import { type ReadFile, readSources, type Sources } from '#config/sources.ts';
import { loadSpillwaySettings } from '#config/spillway-settings.ts';
import { storedCredential, storedPart } from '#config/stored-part.ts';
import type { KnownPolicy } from '#config/strategy.ts';

export interface LoadOptions {
  /** The config's own path: for messages, and the folder that `include` starts from. */
  readonly file: string;
  readonly env: Environment;
  readonly policies: readonly KnownPolicy[];
  readonly readFile: ReadFile;
  /** What stands in place of the main file's values, in this order. */
  readonly overrides?: readonly Override[];
  /** Rows of the model list that stand in the store, each with its `model_info.id`. */
  readonly stored?: readonly JsonObject[];
  /** Items of the credential list that stand in the store. */
  readonly storedCredentials?: readonly JsonObject[];
}

const SECTIONS = [
  'include',
  'environment_variables',
  'model_list',
  'credential_list',
  'router_settings',
  'litellm_settings',
  'general_settings',
  'spillway_settings',
];

/** Retries that LiteLLM makes when nobody says otherwise: the OpenAI SDK's default. */
const DEFAULT_RETRIES = 2;

/**
 * Loads a LiteLLM config with our own section: every default applied, every reference resolved, the
 * result frozen. Throws FindingsError with everything that is wrong at once; what can be lived with
 * is among `warnings` and `unusable`.
 */
export const loadConfig = (text: string, options: LoadOptions): LoadedConfig => {
  const { file, policies } = options;
  const report = new Report();
  const sources = readSources(text, options, report);
  const variables = sources.sections.get('environment_variables');
  const env = withEnvironmentVariables(variables, options.env, report);
  const resolved = (part: Part): Part => resolvePart(part, env, report);
  const section = (key: string): Part | undefined => {
    const part = sources.sections.get(key);
    return part && resolved(part);
  };
  for (const part of sources.files) warnOfKeys(part, { used: SECTIONS, idle: TOP_IDLE }, report);
  const stored = (options.stored ?? []).map((row) => resolved(storedPart(row)));
  const rows = [...sources.rows.map(resolved), ...stored];
  const groups = groupsOf(rows);
  const [routerPart, litellmPart] = [section('router_settings'), section('litellm_settings')];
  const generalPart = section('general_settings');
  const router = loadRouterSettings(routerPart, { groups, policies }, report);
  const litellm = loadLitellmSettings(litellmPart, env, report);
  const general = loadGeneralSettings(generalPart, env, report);
  const ownPart = section('spillway_settings');
  const { alwaysIncludeUsage, quotaPools, enforceRpmTpm, store, ...own } = loadSpillwaySettings(
    ownPart,
    { groups, requestBytes: general.requestBytes },
    report,
  );
  const kept = { general: generalPart, litellm: litellmPart };
  const keeping = loadKeeping(kept, store, { env, report });
  checkRows(sources, keeping.storesModels, report);
  const { strategy, checks, maxParallelRequests, routing } = router;
  const asked = { strategy, checks, preCallChecks: routing.preCallChecks, own: enforceRpmTpm };
  const ceilings = ceilingsOf(asked);
  const lenders = lendersOf(sources, { options, resolved, report });
  const said = { ...litellm.forRows, ceilings, maxParallelRequests, own: ownPart };
  const more = { lenders, mayLend: keeping.storesModels, stored: new Set(stored) };
  const list = loadModelList(rows, { ...said, ...more }, report);
  const { deployments } = list;
  warnOfFallbacks([routerPart, litellmPart], {
    names: new Set([...groups, ...Object.keys(routing.aliases)]),
    deployments: new Set(deployments.flatMap(({ id, name }) => [id, name])),
    report,
  });
  if (report.errors.length > 0) throw new FindingsError(inFileOrder(report.errors, file));
  const { numRetries, requestTimeoutMs: timeoutMs, allowedFails, tls } = litellm;
  return deepFreeze({
    file,
    ...list,
    credentials: [...lenders.values()].map(({ credential }) => credential),
    warnings: inFileOrder(withoutIdle(report.warnings), file),
    ...ownOf(general),
    metrics: { arePublic: litellm.metricsArePublic },
    params: litellm.params,
    routing: {
      ...routing,
      ...loadFallbacks(router.fallbacks, litellm.fallbacks),
      numRetries: numRetries ?? DEFAULT_RETRIES,
      timeoutMs,
      ...present({ allowedFails }),
      ...router.elsewhereToo,
    },
    ceilings,
    entrance: general.entrance,
    parallel: general.parallel,
    keeping,
    quotaPools: loadQuotaPools(quotaPools, deployments),
    ...own,
    streams: { alwaysIncludeUsage: alwaysIncludeUsage ?? general.alwaysIncludeUsage ?? false },
    tls,
  });
};

const lendersOf = (
  { sections, credentials }: Sources,
  {
    options,
    resolved,
    report,
  }: {
    readonly options: LoadOptions;
    readonly resolved: (part: Part) => Part;
    readonly report: Report;
  },
): ReadonlyMap<string, Lender> =>
  loadCredentials(
    {
      list: sections.get('credential_list'),
      ofFile: credentials.map(resolved),
      stored: (options.storedCredentials ?? []).map((item) => resolved(storedCredential(item))),
    },
    report,
  );

const ownOf = ({
  masterKey,
  keyHeader,
  forwardsHeaders,
}: GeneralSettings): Pick<LoadedConfig, 'masterKey' | 'keyHeader' | 'forwardsHeaders'> =>
  present({ masterKey, keyHeader, forwardsHeaders });

/** Groups by name, of rows with errors too: an alias of such a group is not a second error. */
const groupsOf = (rows: readonly Part[]): ReadonlySet<string> =>
  new Set(
    rows.flatMap((row) => {
      const name = childOf(row, 'model_name')?.value;
      return typeof name === 'string' ? [name] : [];
    }),
  );

/** An empty list is fine where models are added while it serves. */
const checkRows = (
  { files, sections, rows }: Sources,
  mayBeEmpty: boolean,
  report: Report,
): void => {
  const [main] = files;
  const list = sections.get('model_list');
  if (list && list.value !== null && !Array.isArray(list.value))
    report.error(findingAt(list, [], 'expected a list of models'));
  else if (!isObject(main.value) && main.value !== null)
    report.error(findingAt(main, [], 'expected a map with model_list in it'));
  else if (rows.length === 0 && !mayBeEmpty) report.error(findingAt(list ?? main, [], NO_MODELS));
};

const NO_MODELS = `there are no models; write at least one:
  model_list:
    - model_name: my-model
      litellm_params:
        model: ${commonProvider.name}/MODEL
        api_key: os.environ/${commonProvider.keyEnv[0] ?? 'API_KEY'}`;

/** Main file first, then by line; the same thing said twice is said once. */
const inFileOrder = (findings: readonly Finding[], main: string): Finding[] => {
  const files = [...new Set([main, ...findings.map(({ file }) => file)])];
  const distinct = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return [...distinct.values()].toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
};

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
};
