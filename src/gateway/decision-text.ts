import type {
  AttemptRecord,
  Decision,
  TenantTokens,
  WaitRecord,
} from '#balancer/decision-record.ts';
import { ownLackText } from '#balancer/own-side.ts';
import type { LevelRecord } from '#balancer/level-record.ts';
import type { Dimension, QuotaRefusal } from '#core/quota.ts';
import type { Foreseen } from '#gateway/foresee.ts';
import type { Remembered } from '#gateway/decision-store.ts';

/**
 * Why a request went where it went, for people: what became of it, what it waited for and behind whom,
 * who had filled the quota, what was tried, and when one like it would go. `now`: what would become of
 * it at this moment, where that matters.
 */
export const decisionSentences = ({ decision, error }: Remembered, now?: Foreseen): string[] => {
  const { wait } = decision;
  return [
    outcome(decision),
    ...(error === undefined ? [] : [`It was told: ${error}`]),
    ...(wait ? waiting(wait, decision) : []),
    ...tried(decision),
    ...leftOut(decision),
    ...choice(decision),
    ...(now ? [again(now)] : []),
  ];
};

const outcome = (decision: Decision): string => {
  const { group, fallback, at, status, totalMs = 0, attempts, queueMs } = decision;
  const when = `At ${clockText(at)} a request`;
  if (status === undefined) return `${when} for ${group} came; it is under way.`;
  if (group === '') return `${when} was refused with ${status} before a model was looked for.`;
  const last = attempts.at(-1);
  if (last?.outcome !== 'ok') {
    const how = last?.firstMs === undefined ? 'was refused with' : 'broke off in its answer with';
    const waited = queueMs > 0 ? `: ${waitedText(decision)}` : '';
    return `${when} for ${group} ${how} ${status}, after ${span(totalMs)}${waited}.`;
  }
  const { startMs, firstMs } = last;
  const beforeMs = startMs - queueMs;
  const parts = [
    ...(queueMs > 0 ? [waitedText(decision)] : []),
    ...(attempts.length > 1 ? [`${span(beforeMs)} with what failed`] : []),
    ...(firstMs === undefined
      ? [`${span(totalMs - startMs)} for the answer`]
      : [
          `${span(firstMs - startMs)} until its first content`,
          `${span(totalMs - firstMs)} until its end`,
        ]),
  ];
  return `${when} for ${group} was served by ${last.deployment}${fallback === undefined ? '' : ` of its fallback ${fallback}`} in ${span(totalMs)}: ${parts.join(', ')}.`;
};

/** `11.2 s waiting for PJ2 tokens behind batch-X`. */
const waitedText = ({ queueMs, wait, group }: Decision): string => {
  const waited = `${span(queueMs)} waiting for`;
  if (!wait) return `${waited} quota`;
  const { own, pool, room, dimension, ahead } = wait;
  if (own) return `${waited} ${scarceText('', own.dimension)} under ${own.setting}`;
  // Where there was room, it went to whoever came first: no single deployment is what it waited for.
  const whose = pool === undefined ? group : (room[0]?.[0] ?? pool);
  const [first] = ahead;
  return `${waited} ${scarceText(whose, dimension)}${first ? ` behind ${first[0]}` : ''}`;
};

const WORDS: Readonly<Partial<Record<Dimension, string>>> = {
  input: 'input tokens',
  output: 'output tokens',
};

const scarceText = (whose: string, dimension: Dimension | undefined): string => {
  if (dimension === 'parallel') return `a free place${whose === '' ? '' : ` at ${whose}`}`;
  const word = dimension === undefined ? 'quota' : (WORDS[dimension] ?? dimension);
  return whose === '' ? word : `${whose} ${word}`;
};

const waiting = (wait: WaitRecord, { queueMs, attempts }: Decision): string[] => {
  const { inVain, predictedMs, leftMs, weight, requests, aheadTokens, room, own } = wait;
  const { pool, dimension } = wait;
  const patience = leftMs === undefined ? 'as long as it took' : span(leftMs);
  const turn = inVain
    ? `Its turn would have come in about ${span(predictedMs)}, and it might wait ${patience}.`
    : `It waited ${span(queueMs)} for its turn, which was expected in ${span(predictedMs)}; it might wait ${patience}.`;
  const soonest = room.map(([name, ms]) => `${name} in ${span(ms)}`);
  const lack =
    soonest.length === 0
      ? []
      : [
          `It takes about ${count(weight)} tokens, for which there was room with ${soonest.join(', ')}.`,
        ];
  const owns = own
    ? [`${ownLackText(own).replace(/are left$/, 'were left')}, with room in ${span(own.waitMs)}.`]
    : [];
  const what = dimension === undefined ? '' : `${scarceText('', dimension)} of `;
  const pools = pool === undefined ? [] : [`What it waited for was ${what}the pool ${pool}.`];
  const line =
    requests === 0
      ? 'Nobody else was in line.'
      : `${plural(requests, 'request')} waited already, ${aheadTokens > 0 ? `${count(aheadTokens)} tokens of them before it: ${tenants(wait.ahead)}` : 'none of which had to go first'}.`;
  // Refused on arrival, it was told so in our own words.
  const told = inVain === true && attempts.length === 0 && queueMs === 0;
  return [...(told ? [] : [turn, ...lack]), ...owns, ...pools, line, ...fillers(wait)];
};

const fillers = ({ used, usedElsewhere }: WaitRecord): string[] => {
  const sum = used.reduce((all, [, tokens]) => all + tokens, 0);
  const share = ([who, tokens]: TenantTokens): string =>
    `${who} ${count(tokens)}${sum > 0 ? ` (${Math.round((100 * tokens) / sum)} %)` : ''}`;
  const others =
    usedElsewhere > 0
      ? [`At least ${count(usedElsewhere)} tokens more went to somebody outside this gateway.`]
      : [];
  if (used.length === 0) return others;
  return [`In the minute before, tokens went to: ${used.map(share).join(', ')}.`, ...others];
};

const tried = ({ attempts }: Decision): string[] => {
  const failed = attempts.filter(({ outcome }) => outcome !== 'ok');
  return failed.length === 0 ? [] : [`Tried: ${failed.map(attemptText).join('; ')}.`];
};

const leftOut = ({ dropped = [] }: Decision): string[] =>
  dropped.length === 0
    ? []
    : [`Left out, as the vendor has no word for it: ${dropped.join(', ')}.`];

const attemptText = (attempt: AttemptRecord): string => {
  const { deployment, outcome, status, startMs, endMs, refusal } = attempt;
  const took = endMs === undefined ? '' : ` after ${span(endMs - startMs)}`;
  if (outcome === undefined) return `${deployment} is under way`;
  if (outcome === 'abandoned') return `${deployment} was given up${took}, the caller had left`;
  if (refusal) return `${deployment} refused it${took}, ${refusalText(refusal)}`;
  return `${deployment} failed${took} (${outcome}${status === undefined ? '' : `, ${status}`})`;
};

const refusalText = (refusal: Omit<QuotaRefusal, 'windowMs'>): string => {
  const { dimension, limit, used, requested, retryMs } = refusal;
  const facts = [
    ...(limit === undefined ? [] : [`limit ${count(limit)}`]),
    ...(used === undefined ? [] : [`used ${count(used)}`]),
    ...(requested === undefined ? [] : [`asked ${count(requested)}`]),
    ...(retryMs === undefined ? [] : [`room in ${span(retryMs)}`]),
  ];
  const said = facts.length > 0 ? `: ${facts.join(', ')}` : '';
  return `because of its upstream's ${LIMIT_WORDS[refusal.class]}${dimension === undefined ? '' : ` of ${dimension}`}${said}`;
};

const LIMIT_WORDS: Readonly<Record<QuotaRefusal['class'], string>> = {
  minute: 'limit',
  day: 'limit per day',
  size: 'limit for one call',
  money: 'bill',
  ramp: 'limit to growth',
};

const choice = ({ policy, candidates, levels, out, attempts }: Decision): string[] => {
  const last = attempts.at(-1);
  const each = candidates.map((name, i) => `${name}${levelText(levels[i])}`);
  const chosen =
    last === undefined || candidates.length === 0
      ? []
      : [`${policy} chose ${last.deployment} of ${each.join(', ')}.`];
  const outs = out.map((text) => text.replace(/(\d+) ms$/, (_, ms) => span(Number(ms))));
  return [...chosen, ...(outs.length > 0 ? [`Out: ${outs.join('; ')}.`] : [])];
};

const levelText = (level: LevelRecord | null | undefined): string => {
  if (!level) return '';
  const [dimension, left, capacity] = level;
  return ` (${count(left)} of ${count(capacity)} ${dimension} left)`;
};

const again = ({ fate, place, prospect }: Foreseen): string => {
  if (fate.verdict === 'now') return `Now one like it would go to ${fate.choice} at once.`;
  if (fate.verdict === 'waits')
    return `Now one like it would wait about ${span(place.predictedMs)} and go.`;
  const isInLine = fate.error.code === 'rate_limited' && prospect?.refusal === undefined;
  if (isInLine && place.predictedMs < Infinity)
    return `Now one like it would be refused again: its turn would come in about ${span(place.predictedMs)}.`;
  return `Now one like it would be refused again: ${fate.error.message}`;
};

const tenants = (all: readonly TenantTokens[]): string =>
  all.map(([who, tokens]) => `${who} ${count(tokens)}`).join(', ');

const count = (amount: number): string => Math.round(amount).toLocaleString('en-US');

const plural = (amount: number, word: string): string =>
  `${count(amount)} ${word}${amount === 1 ? '' : 's'}`;

const MINUTE_MS = 60_000;

/** `350 ms`, `12.4 s`, `3 min 20 s`. */
const span = (ms: number): string => {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1_000);
  return `${count(Math.floor(seconds / 60))} min ${seconds % 60} s`;
};

/** `12:03:04 UTC`. */
const clockText = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`;
