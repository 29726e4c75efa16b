import type { HealthNews } from '#balancer/health.ts';
import type { GroupView, QuotaView } from '#balancer/quota-view.ts';
import type { Deployment } from '#config/loaded.ts';
import type { LogLevel } from '#core/log.ts';
import { perMinuteOfSome } from '#shared/group-view.ts';

export interface HealthAlert {
  readonly level: LogLevel;
  readonly fields: Readonly<Record<string, unknown>>;
  /** What happened, what is left of the sum, what to do. */
  readonly text: string;
}

interface Known {
  readonly config: {
    readonly deployments: readonly Pick<Deployment, 'name' | 'group' | 'apiKeySource'>[];
  };
  readonly view: QuotaView;
  readonly isRefused: (deployment: string) => boolean;
}

const LEVELS: Readonly<Record<HealthNews['what'], LogLevel>> = {
  ejected: 'warn',
  'host-ejected': 'warn',
  returned: 'info',
  'key-refused': 'error',
  'key-accepted': 'info',
  unpaid: 'error',
};

/** One line for whoever runs the gateway. */
export const healthAlert = (news: HealthNews, known: Known): HealthAlert => {
  const { what, ...fields } = news;
  return { level: LEVELS[what], fields, text: textOf(news, known) };
};

const textOf = (news: HealthNews, known: Known): string => {
  if (news.what === 'ejected') {
    const forS = Math.ceil(news.forMs / 1000);
    return `${news.deployment} fails: it is left out for ${forS} s, then single calls probe it.`;
  }
  if (news.what === 'returned')
    return `${news.deployment} answers again; within a minute it has its whole share.`;
  if (news.what === 'unpaid')
    return (
      `The vendor wants to be paid for ${named([news.deployment], known)}: ` +
      `${left([news.deployment], known)}. Pay, or raise its spending limit; it is tried again in an hour.`
    );
  const { deployments } = news;
  if (news.what === 'host-ejected')
    return `Several models of ${news.host} fail: ${deployments.join(', ')} are left out with them.`;
  if (news.what === 'key-accepted')
    return `The key of ${named(deployments, known)} is accepted again.`;
  return (
    `The key of ${named(deployments, known)} was refused: ${left(deployments, known)}. ` +
    'Check the key; it is tried again every 5 minutes.'
  );
};

/** `PJ2 (OPENAI_API_KEY_PJ2)`: the deployments and where their key comes from. */
const named = (names: readonly string[], { config }: Known): string => {
  const found = config.deployments.find(({ name }) => name === names[0]);
  const source = found?.apiKeySource;
  return `${names.join(', ')}${source === undefined ? '' : ` (${source})`}`;
};

/** What the groups of these deployments have without them, and without whoever else is refused. */
const left = (names: readonly string[], known: Known): string => {
  const groups = new Set(
    known.config.deployments.filter(({ name }) => names.includes(name)).map(({ group }) => group),
  );
  const views = known.view.groups.filter(({ group }) => groups.has(group));
  const texts = views.map((view) => leftOf(view, names, known));
  if (texts.length === 1) return texts[0]!;
  return texts.map((text, i) => `${views[i]!.group}: ${text}`).join('; ');
};

const leftOf = (
  { group, perMinute }: GroupView,
  names: readonly string[],
  known: Known,
): string => {
  const { config, view, isRefused } = known;
  const all = config.deployments.filter((deployment) => deployment.group === group);
  const others = all.filter(({ name }) => !names.includes(name) && !isRefused(name));
  const dimension = perMinute.tokens === undefined ? 'input' : 'tokens';
  const kept = perMinuteOfSome(
    others.map(({ name }) => name),
    view.accounts,
  );
  const [left, whole] = [kept[dimension], perMinute[dimension]];
  if (left === undefined || whole === undefined)
    return `${others.length} of ${all.length} deployments are left`;
  const what = dimension === 'tokens' ? 'tokens' : 'input tokens';
  return `${number(left)} of ${number(whole)} ${what} a minute are left`;
};

const number = (amount: number): string => Math.round(amount).toLocaleString('en-US');
