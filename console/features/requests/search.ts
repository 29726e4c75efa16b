/** What the address of the page says: it can be sent to somebody, and reloaded. */
export interface RequestsSearch {
  readonly q?: string;
  readonly group?: string;
  readonly deployment?: string;
  readonly status?: string;
  readonly slower?: number;
  /** The one that is opened. */
  readonly id?: string;
  readonly live?: boolean;
}

const LONGEST = 2_000;

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== ''
    ? String(value).slice(0, LONGEST)
    : undefined;

export const readRequestsSearch = (search: Record<string, unknown>): RequestsSearch => {
  const fields = {
    q: text(search['q']),
    group: text(search['group']),
    deployment: text(search['deployment']),
    status: text(search['status']),
    id: text(search['id']),
  };
  const slower = Number(search['slower']);
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as RequestsSearch),
    ...(slower > 0 && { slower }),
    ...(search['live'] === true && { live: true }),
  };
};
