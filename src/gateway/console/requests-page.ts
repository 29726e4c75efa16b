import type { Decision } from '#balancer/decision-record.ts';
import type { LoggedRequest, RequestsReply } from '#gateway/console/shapes.ts';
import type { DecisionStore, Remembered } from '#gateway/decision-store.ts';
import { statusFilter } from '#gateway/event-filter.ts';

export interface RequestsQuery {
  readonly group?: string | undefined;
  readonly deployment?: string | undefined;
  /** `429`, `5xx`, `error`. */
  readonly status?: string | undefined;
  readonly tenant?: string | undefined;
  readonly q?: string | undefined;
  readonly slower_than_s?: number | undefined;
  /** How the key is told of whose name `q` is. */
  readonly word?: string | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Records that one question may read: a page is a few milliseconds of the main thread. */
const MOST_READ = 3_000;

/** A page of what is remembered, the newest first. Throws SpillwayError for a status that is none. */
export const requestsPage = (store: DecisionStore, query: RequestsQuery): RequestsReply => {
  const fits = filterOf(query);
  const requests: LoggedRequest[] = [];
  let read = 0;
  let next: number | null = null;
  for (const { seq, remembered } of store.newest(query.before, rawFilter(query))) {
    if (fits(remembered)) requests.push(requestJson(remembered));
    if (requests.length < query.limit && ++read < MOST_READ) continue;
    next = seq;
    break;
  }
  return { requests, next, remembered: store.size };
};

/** `(id 1a2b3c4d)` is what every error of ours ends with. */
const SHORT_ID = /\bid ([0-9a-f]{8})\b/;
const WHOLE_ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/;

/** What can be told from a record's JSON and its error before it is read. */
const rawFilter = ({ q, word, group, deployment }: RequestsQuery) => {
  const words = [group, deployment].flatMap((word) =>
    word === undefined ? [] : [JSON.stringify(word)],
  );
  const asked = q?.trim() ?? '';
  const id = WHOLE_ID.exec(asked)?.[0] ?? SHORT_ID.exec(asked)?.[1];
  const text = plain(asked);
  return (record: string, error: string | undefined): boolean => {
    if (!words.every((word) => record.includes(word))) return false;
    if (text === '') return true;
    if (word !== undefined && record.includes(`"${word}`)) return true;
    if (id !== undefined && record.startsWith(`{"id":"${id}`)) return true;
    const told = error === undefined ? '' : plain(error);
    return (
      (told !== '' && (told.includes(text) || text.includes(told))) || plain(record).includes(text)
    );
  };
};

/** Copied texts are wrapped, quoted and escaped on their way. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[\s\\"'`]+/g, ' ')
    .trim();

const filterOf = (query: RequestsQuery): ((one: Remembered) => boolean) => {
  const { group, deployment, tenant, slower_than_s: slowerS } = query;
  const status = query.status === undefined ? undefined : statusFilter(query.status);
  return ({ decision }) => {
    if (status && !status(decision.status ?? 0)) return false;
    if (group !== undefined && group !== decision.group && group !== decision.fallback)
      return false;
    if (tenant !== undefined && tenant !== decision.tenant) return false;
    if (slowerS !== undefined && (decision.totalMs ?? 0) < slowerS * 1000) return false;
    return deployment === undefined || decision.attempts.at(-1)?.deployment === deployment;
  };
};

const requestJson = ({ decision, error }: Remembered): LoggedRequest => {
  const last = decision.attempts.at(-1);
  return {
    id: decision.id,
    time: new Date(decision.at).toISOString(),
    group: decision.group,
    asked_model: decision.asked ?? null,
    fallback: decision.fallback ?? null,
    deployment: last?.deployment ?? null,
    status: decision.status ?? null,
    tenant: decision.tenant,
    input_tokens: decision.tokensIn ?? null,
    output_tokens: decision.tokensOut ?? null,
    queue_s: seconds(decision.queueMs) ?? 0,
    first_s: seconds(firstMs(decision)),
    total_s: seconds(decision.totalMs),
    attempts: decision.attempts.length,
    error: error ?? null,
  };
};

const firstMs = ({ attempts }: Decision): number | undefined => attempts.at(-1)?.firstMs;

const seconds = (ms: number | undefined): number | null =>
  ms === undefined ? null : Math.round(ms) / 1000;
