import type { QuotaReply } from '#cli/quota-reply.ts';
import { cutToWidth } from '#core/display-width.ts';
import { textTable } from '#core/text-table.ts';

type Pool = QuotaReply['pools'][number];
type Limit = Pool['limits'][number];

/** Where a frame is drawn, and what it says of itself. */
export interface FrameSite {
  readonly url: string;
  /** `12:34:56` */
  readonly time: string;
  /** Of the terminal; what is more is cut off. */
  readonly columns: number;
  readonly rows: number;
  /** Why the numbers are not fresh. */
  readonly trouble?: string;
}

const BAR_COLUMNS = 12;

/** One picture of a gateway's quotas, a line per row of the terminal. */
export const topFrame = (reply: QuotaReply, site: FrameSite): string[] => {
  const lines = [
    `spillway top   ${site.url}   ${site.time}   q ends it`,
    ...(site.trouble === undefined ? [] : [site.trouble]),
    '',
    ...groupLines(reply),
    '',
    ...poolLines(reply),
    '',
    ...queueLines(reply),
  ].map((line) => cutToWidth(line.replaceAll(/\p{Cc}/gu, ' '), site.columns));
  if (lines.length <= site.rows) return lines;
  const shown = lines.slice(0, Math.max(0, site.rows - 1));
  return [...shown, cutToWidth(`… ${lines.length - shown.length} more lines`, site.columns)];
};

const groupLines = ({ groups }: QuotaReply): string[] => {
  const rows = groups.map(({ group, deployments, pools, per_minute: perMinute }) => {
    const sums = Object.entries(perMinute).map(([word, sum]) => `${amount(sum)} ${word}`);
    const sum = sums.length === 0 ? 'no limits known yet' : `${sums.join(', ')} a minute`;
    return [group, counted(deployments, 'deployment'), counted(pools, 'pool'), sum];
  });
  return textTable([['MODEL', 'DEPLOYMENTS', 'QUOTA POOLS', 'TOGETHER'], ...rows]).split('\n');
};

const HEAD = ['POOL', 'CALLS', 'LIMIT', '', '', 'LEFT', 'FROM'];

const poolLines = ({ pools }: QuotaReply): string[] => {
  const rows = pools.flatMap((pool) => poolRows(pool).map((cells) => ({ cells })));
  const table = textTable([HEAD, ...rows.map(({ cells }) => cells)], {
    align: ['left', 'right', 'left', 'right', 'left', 'right', 'left'],
  }).split('\n');
  const sentences = pools.flatMap(({ sharing }) => sharing ?? []);
  return sentences.length === 0 ? table : [...table, '', ...sentences];
};

const poolRows = (pool: Pool): string[][] => {
  const { title, model, blocked_s: blockedS, limits, in_flight: inFlight } = pool;
  const name = model === undefined ? title : `${title} ${model}`;
  const blocked = blockedS > 0 ? ` blocked ${duration(blockedS)}` : '';
  const [first = ['unknown'], ...others] = limits.map(limitCells);
  return [
    [`${name}${blocked}`, String(inFlight), ...first],
    ...others.map((cells) => ['', '', ...cells]),
  ];
};

const limitCells = ({
  dimension,
  limit,
  window_s: windowS,
  capacity,
  level,
  known_from: from,
}: Limit): string[] => {
  const window = windowS === 0 ? ' at once' : `/${windowText(windowS)}`;
  return [dimension, `${amount(limit)}${window}`, bar(level / capacity), amount(level), from];
};

/** Whatever a terminal's language, each of these is one column wide. */
const bar = (share: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_COLUMNS);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_COLUMNS - full)}]`;
};

const queueLines = ({ queues }: QuotaReply): string[] => {
  const requests = queues.reduce((sum, queue) => sum + queue.requests, 0);
  if (requests === 0) return ['Nobody waits.'];
  const tokens = queues.reduce((sum, queue) => sum + queue.tokens, 0);
  const rows = queues
    .flatMap(({ tenants }) => tenants)
    .toSorted((a, b) => b.tokens - a.tokens)
    .map((tenant) => [
      tenant.user === '' ? tenant.key : `${tenant.key} / ${tenant.user}`,
      tenant.priority,
      amount(tenant.requests),
      amount(tenant.tokens),
      duration(tenant.oldest_s),
    ]);
  const table = textTable([['WAITING', 'PRIORITY', 'REQUESTS', 'TOKENS', 'LONGEST'], ...rows], {
    align: ['left', 'left', 'right', 'right', 'right'],
  });
  return [
    `${counted(requests, 'request')} in line, ${amount(tokens)} tokens`,
    ...table.split('\n'),
  ];
};

const amount = (value: number): string => Math.floor(value).toLocaleString('en-US');

const counted = (count: number, noun: string): string =>
  `${amount(count)} ${noun}${count === 1 ? '' : 's'}`;

const WINDOWS: Readonly<Record<number, string>> = { 1: 's', 60: 'min', 3600: 'h', 86_400: 'day' };

const windowText = (seconds: number): string => WINDOWS[seconds] ?? `${seconds} s`;

const MINUTE_S = 60;
const HOUR_S = 3600;

const duration = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 2 * MINUTE_S) return `${Math.round(seconds)} s`;
  if (seconds < 2 * HOUR_S) return `${Math.round(seconds / MINUTE_S)} min`;
  return `${Math.round(seconds / HOUR_S)} h`;
};
