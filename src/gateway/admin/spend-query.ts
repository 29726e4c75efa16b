import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { tokenOf } from '#keys/secret.ts';
import type { SpendFilter } from '#store/spend.ts';

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** LiteLLM's fields that narrow what is told of spend. */
export const spendQuery = {
  start_date: z.string().optional(),
  end_date: z.string().optional(),
  request_id: z.string().optional(),
  api_key: z.string().optional(),
  user_id: z.string().optional(),
  team_id: z.string().optional(),
  end_user: z.string().optional(),
  model: z.string().optional(),
  model_group: z.string().optional(),
  deployment: z.string().optional(),
  status_filter: z.enum(['success', 'failure']).optional(),
};

export type SpendQuery = Partial<
  Record<Exclude<keyof typeof spendQuery, 'status_filter'>, string | undefined>
> & { readonly status_filter?: string | undefined };

/** A day means all of it, as an end too. Throws SpillwayError for what is no date. */
export const filterOf = (query: SpendQuery): SpendFilter => {
  const fromMs = instant('start_date', query.start_date, 0);
  const toMs = instant('end_date', query.end_date, DAY_MS);
  const group = query.model_group ?? query.model;
  const filter: Record<Exclude<keyof SpendFilter, 'tokens'>, number | string | undefined> = {
    fromMs,
    toMs,
    id: query.request_id,
    token: query.api_key && publicly(query.api_key),
    user: query.user_id,
    team: query.team_id,
    endUser: query.end_user,
    group,
    deployment: query.deployment,
    status: query.status_filter,
  };
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''),
  );
};

/** A key may be named by itself, as in LiteLLM: records know it by its token. */
export const publicly = (key: string): string => (key.startsWith('sk-') ? tokenOf(key) : key);

/** A date, and a time behind it; those without a zone are UTC. */
const INSTANT =
  /^(\d{4}-\d\d-\d\d)(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/;

const instant = (field: string, text: string | undefined, dayMs: number): number | undefined => {
  if (text === undefined || text === '') return undefined;
  const found = INSTANT.exec(text);
  const [, day] = found ?? [];
  if (day !== undefined && isDay(day)) {
    if (DAY.test(text)) return Date.parse(text) + dayMs;
    const ms = Date.parse(`${text.replace(' ', 'T')}${found!.groups?.['zone'] ? '' : 'Z'}`);
    if (!Number.isNaN(ms)) return ms;
  }
  throw new SpillwayError(
    'invalid_request',
    `\`${field}\` must be a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z.`,
    { param: field },
  );
};

/** The thirtieth of February is none. */
const isDay = (day: string): boolean => {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
};

/** The same for what is told by days: the last thirty unless said. */
export const monthOf = (query: SpendQuery, wallMs: number): SpendFilter => ({
  fromMs: wallMs - 30 * DAY_MS,
  ...filterOf(query),
});
