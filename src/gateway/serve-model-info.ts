import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { PRICE_KINDS, type PriceKind, type Prices } from '#core/price.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { CatalogueRow } from '#gateway/catalogue.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { sendJson } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';

/** Nano-dollars per million tokens of one dollar per token. */
const NANOS_PER_MILLION = 1e15;

/** LiteLLM's names. */
const PRICE_FIELDS: Readonly<Record<PriceKind, string>> = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cacheRead: 'cache_read_input_token_cost',
  cacheWrite: 'cache_creation_input_token_cost',
  reasoning: 'output_cost_per_reasoning_token',
};

/** Each deployment, as LiteLLM tells of it; `?litellm_model_id=` asks for one. */
export const serveModelInfo = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const asked = queryOf(http).get('litellm_model_id');
  const rows = seenBy(deps, http).filter(({ id }) => asked === null || id === asked);
  if (asked !== null && rows.length === 0)
    throw new SpillwayError(
      'invalid_request',
      'No deployment has this id; `/model/info` without `litellm_model_id` lists all.',
      { param: 'litellm_model_id' },
    );
  sendJson(deps, http, { data: rows.map(rowJson) });
  return {};
};

/** Deployments that a page has unless said, and at most. */
const USUAL_SIZE = 50;
const LARGEST_SIZE = 1_000;

/** The same page by page: `?model=`, `?modelId=` and `?search=` narrow it. */
export const serveModelPage = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const query = queryOf(http);
  const [model, id] = [query.get('model'), query.get('modelId')];
  const search = query.get('search')?.toLowerCase() ?? '';
  const rows = seenBy(deps, http).filter(
    (row) =>
      (model === null || row.group === model) &&
      (id === null || row.id === id) &&
      row.group.toLowerCase().includes(search),
  );
  const page = numberIn(query, 'page', { usual: 1, most: Number.MAX_SAFE_INTEGER });
  const size = numberIn(query, 'size', { usual: USUAL_SIZE, most: LARGEST_SIZE });
  sendJson(deps, http, {
    data: rows.slice((page - 1) * size, page * size).map(rowJson),
    total_count: rows.length,
    current_page: page,
    total_pages: Math.ceil(rows.length / size),
    size,
  });
  return {};
};

const numberIn = (
  query: URLSearchParams,
  name: string,
  { usual, most }: { readonly usual: number; readonly most: number },
): number => {
  const text = query.get(name);
  const value = text === null ? usual : Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new SpillwayError('invalid_request', `\`${name}\` must be a number from 1 to ${most}.`, {
    param: name,
  });
};

/** Each group with what its deployments have together; `?model_group=` asks for one. */
export const serveModelGroupInfo = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const asked = queryOf(http).get('model_group');
  const groups = Map.groupBy(seenBy(deps, http), ({ group }) => group);
  const shown = [...groups].filter(([group]) => asked === null || group === asked);
  sendJson(deps, http, { data: shown.map(([group, rows]) => groupJson(group, rows)) });
  return {};
};

/** A key sees the models that it opens. */
export const seenBy = (deps: GatewayDeps, { pass }: HttpCall): readonly CatalogueRow[] =>
  deps.catalogue().filter(({ group }) => pass?.mayUse(group) ?? true);

export const queryOf = ({ req }: HttpCall): URLSearchParams => {
  const url = req.url ?? '';
  return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
};

const rowJson = (row: CatalogueRow): JsonObject => {
  const { rpm, tpm, weight, order, tags, credential } = row;
  const model = `${row.provider}/${row.model}`;
  return {
    model_name: row.group,
    litellm_params: {
      model,
      ...(rpm !== undefined && { rpm }),
      ...(tpm !== undefined && { tpm }),
      ...(weight !== undefined && { weight }),
      ...(order !== undefined && { order }),
      ...(credential !== undefined && { litellm_credential_name: credential }),
      ...(tags.length > 0 && { tags: [...tags] }),
    },
    model_info: {
      ...row.modelInfo,
      id: row.id,
      db_model: row.isStored ?? false,
      key: model,
      litellm_provider: row.provider,
      mode: modeOf(row),
      max_tokens: row.mostOutputTokens ?? null,
      max_input_tokens: row.contextTokens ?? null,
      max_output_tokens: row.mostOutputTokens ?? null,
      ...pricesJson(row.prices),
      ...abilitiesJson(row.abilities),
    },
  };
};

const modeOf = ({ modelInfo, model }: CatalogueRow): string => {
  const { mode } = modelInfo;
  if (typeof mode === 'string') return mode;
  return /\bembed/.test(model) ? 'embedding' : 'chat';
};

/** Dollars per token; `null` is not known, and never free. */
const pricesJson = (prices: Prices): JsonObject =>
  Object.fromEntries(
    PRICE_KINDS.flatMap((kind): [string, number | null][] => {
      const rate = prices[kind];
      const isMain = kind === 'input' || kind === 'output';
      if (!rate) return isMain ? [[PRICE_FIELDS[kind], null]] : [];
      const tiers = (rate.above ?? []).map(({ tokens, nanos }): [string, number] => [
        `${PRICE_FIELDS[kind]}_above_${Math.round(tokens / 1000)}k_tokens`,
        nanos / NANOS_PER_MILLION,
      ]);
      return [[PRICE_FIELDS[kind], rate.nanos / NANOS_PER_MILLION], ...tiers];
    }),
  );

const abilitiesJson = (abilities: CatalogueRow['abilities']): JsonObject =>
  Object.fromEntries(Object.entries(abilities).map(([name, able]) => [`supports_${name}`, able]));

const groupJson = (group: string, rows: readonly CatalogueRow[]): JsonObject => {
  const names = new Set(rows.flatMap(({ abilities }) => Object.keys(abilities)));
  const able = [...names].map((name) => [name, rows.some((row) => row.abilities[name])] as const);
  const most = (of: (row: CatalogueRow) => number | undefined): number | null => {
    const told = rows.map(of).filter((value) => value !== undefined);
    return told.length > 0 ? Math.max(...told) : null;
  };
  const sum = (of: (row: CatalogueRow) => number | undefined): number | null => {
    const told = rows.map(of).filter((value) => value !== undefined);
    return told.length > 0 ? told.reduce((total, value) => total + value, 0) : null;
  };
  const dearest = (kind: PriceKind): number | null => {
    const nanos = most(({ prices }) => prices[kind]?.nanos);
    return nanos === null ? null : nanos / NANOS_PER_MILLION;
  };
  return {
    model_group: group,
    providers: [...new Set(rows.map(({ provider }) => provider))],
    mode: modeOf(rows[0]!),
    max_input_tokens: most(({ contextTokens }) => contextTokens),
    max_output_tokens: most(({ mostOutputTokens }) => mostOutputTokens),
    input_cost_per_token: dearest('input'),
    output_cost_per_token: dearest('output'),
    rpm: sum(({ rpm }) => rpm),
    tpm: sum(({ tpm }) => tpm),
    ...abilitiesJson(Object.fromEntries(able)),
  };
};
