import type { Demand, Estimate } from '#balancer/estimate.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import type { SpillwayError } from '#core/errors.ts';
import { newCallId } from '#core/ids.ts';
import type { Json } from '#core/json.ts';
import { plainText } from '#core/plain-text.ts';
import { costOf } from '#core/price.ts';
import { APP_MODEL } from '#gateway/app-models.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import { keptBody } from '#gateway/kept-body.ts';
import { factsOf, statusWith, tellCourse, tellError, tellUsage } from '#gateway/spend-facts.ts';
import type { Outcome } from '#keys/bill.ts';
import type { Cashier, EndUserWishes, Fare } from '#keys/cashier.ts';
import type { Pass } from '#keys/pass.ts';
import type { Prospect } from '#keys/prospect.ts';
import type { TurnedAway } from '#keys/turned-away.ts';
import type { Target } from '#upstream/target.ts';
import type { Usage } from '#wire/chat-event.ts';

/** What is needed to put a request on somebody's bill. */
export interface Billing {
  readonly cashier: Cashier;
  /** The deployments that may serve a group. */
  readonly members: (group: string) => readonly string[];
  /** How large a request looks to a group's models. */
  readonly size: (group: string, demand: Demand, tenant: string) => Estimate | undefined;
  /** Whether something is limited for everybody: then every request is measured. */
  readonly measuresAll: boolean;
  /** What is asked and answered is kept, each up to so many bytes; absent where it is not. */
  readonly bodies?: { readonly bytes: number };
  /** Of a virtual key by its token, its alias or itself; undefined where there is none. Throws for one that opens nothing any more. */
  readonly passOf: (name: string) => Pass | undefined;
  readonly turnedAway: TurnedAway;
  /** Whether the store took the last records. */
  readonly storeIsUp: () => boolean;
}

/** An estimate of a prompt may be off by so many of its usual spreads. */
const SPREADS = 3;

type Measure = Pick<Fare, 'tokensIn' | 'tokensOut' | 'mostNanos' | 'isGuess'>;

const UNMEASURED: Measure = { tokensIn: 0, tokensOut: 0, mostNanos: 0, isGuess: false };

/** Who pays for a request, as far as that is known of it. */
type Payers = Pick<GatewayCall, 'pass' | 'endUser' | 'tenant' | 'tags' | 'app'>;

/** What they are to pay for. */
export interface Wanted extends Pick<Course, 'groups' | 'demand'> {
  readonly models?: Course['models'] | undefined;
}

/**
 * Sets aside what a request may come to. Throws SpillwayError where it is too much, before anybody
 * is asked.
 */
export const openBill = (deps: GatewayDeps, call: GatewayCall, course: Course): void => {
  const { billing } = deps;
  if (!billing) return;
  const id = call.recordId ?? newCallId();
  const fare = fareOf({ deps, billing, id, startedMs: startedMs(call) }, call, course);
  try {
    call.progress.bill = billing.cashier.open(fare);
  } catch (thrown) {
    const { cashier } = billing;
    call.progress.bill = cashier.openRefused(fare, cashier.drawnBy(fare));
    throw thrown;
  }
};

/**
 * Throws SpillwayError `over_budget` where whoever pays for a flow has nothing left, before any of it
 * runs. Each of its calls of models sets aside what that one may come to.
 */
export const checkMoney = (
  { billing }: Pick<GatewayDeps, 'billing'>,
  { pass, tenant, endUser = tenant.user }: GatewayCall,
  group: string,
): void => billing?.cashier.checkMoney({ pass, endUser: plainText(endUser), group });

/** What is written down of the end user for whom a request is; undefined where nothing is. */
export const wishesOf = (
  { billing }: Pick<GatewayDeps, 'billing'>,
  { tenant, endUser = tenant.user }: Pick<GatewayCall, 'tenant' | 'endUser'>,
): EndUserWishes | undefined =>
  endUser === '' ? undefined : billing?.cashier.wishesOf(plainText(endUser));

/** When a request came, as it is written down: whole Unix epoch ms. */
export const startedMs = ({ wallMs }: Pick<GatewayCall, 'wallMs'>): number => Math.round(wallMs);

/** How a request would stand with its payers now; undefined where nobody is billed. */
export const lookAtBill = (
  deps: GatewayDeps,
  payers: Payers,
  wanted: Wanted,
): Prospect | undefined => {
  const { billing } = deps;
  if (!billing) return undefined;
  return billing.cashier.look(fareOf({ deps, billing, id: '', startedMs: 0 }, payers, wanted));
};

interface Opening extends Pick<Fare, 'id' | 'startedMs'> {
  readonly deps: GatewayDeps;
  readonly billing: Billing;
}

const fareOf = (opening: Opening, payers: Payers, wanted: Wanted): Fare => {
  const { id, startedMs, billing } = opening;
  const { pass, tenant, app } = payers;
  const endUser = plainText(payers.endUser ?? tenant.user);
  const isMeasured = pass !== undefined || endUser !== '' || billing.measuresAll;
  const size = isMeasured ? measure(opening, wanted, tenant.key) : UNMEASURED;
  return {
    id,
    startedMs,
    pass,
    endUser,
    group: wanted.groups[0],
    tags: tagsOf(payers),
    isOfApp: app !== undefined,
    asModel: app?.isAsked ? APP_MODEL + app.name : undefined,
    tokensIn: size.tokensIn,
    tokensOut: size.tokensOut,
    mostNanos: size.mostNanos,
    isGuess: size.isGuess,
  };
};

/** Its own, and its app's. */
export const tagsOf = ({ tags = NO_TAGS, app }: Payers): readonly string[] =>
  app ? [...tags, `app:${app.name}`] : tags;

const NO_TAGS: readonly string[] = [];

const measure = (
  { deps: { prices, targets, clock }, billing }: Opening,
  wanted: Wanted,
  tenant: string,
): Measure => {
  const { groups, demand } = wanted;
  let [tokensIn, tokensOut] = [0, 0];
  let mostNanos: number | undefined;
  const now = clock.now();
  for (const [place, group] of groups.entries()) {
    const size = billing.size(group, demand, tenant);
    if (!size) continue;
    const { inputTokens, inputSpread, maxOutputTokens, expectedOutputTokens, choices } = size;
    const outputTokens = (maxOutputTokens ?? expectedOutputTokens) * choices;
    if (place === 0) [tokensIn, tokensOut] = [inputTokens, outputTokens];
    const most = { inputTokens: inputTokens + SPREADS * inputSpread, outputTokens };
    for (const deployment of billing.members(group)) {
      const spec = targets.get(deployment)?.spec;
      const nanos = spec && costOf(prices(deployment, modelAt(spec, wanted), now), most);
      if (nanos !== undefined) mostNanos = Math.max(mostNanos ?? 0, nanos);
    }
  }
  return { tokensIn, tokensOut, mostNanos, isGuess: demand.maxOutputTokens === undefined };
};

/** How a request has ended, as far as its bill is concerned. */
export interface BillEnd {
  readonly decision: DecisionBuilder;
  /** Who served it, or broke off. */
  readonly target?: Target;
  /** What was used: as its vendor counted, or else about; absent where nobody was asked. */
  readonly spent?: Usage | undefined;
  readonly isEstimated?: boolean;
  /** What that costs, where it is known. */
  readonly nanos?: number | undefined;
  readonly error?: SpillwayError;
  /** What was answered, where that is kept. */
  readonly response?: Json | undefined;
}

/** Takes what it came to and writes it down, before the last byte of the answer goes out. */
export const closeBill = (
  { billing }: Pick<GatewayDeps, 'billing'>,
  call: GatewayCall,
  end: BillEnd,
): void => {
  const { bill } = call.progress;
  if (!bill || bill.cost) return;
  const { decision, target, error, spent, response = null } = end;
  const bodies = billing?.bodies;
  const more = factsOf(call);
  tellCourse(more, decision);
  if (spent) tellUsage(more, spent);
  if (end.isEstimated) more.estimated = true;
  if (error) tellError(more, error);
  const outcome: Outcome = {
    status: statusWith(error),
    nanos: end.nanos ?? 0,
    tokensIn: spent?.inputTokens ?? 0,
    tokensOut: spent?.outputTokens ?? 0,
    model: target?.spec.model ?? '',
    deployment: target?.spec.name ?? '',
    provider: target?.provider ?? '',
    more,
    body: bodies && keptBody(call, response, bodies.bytes),
  };
  bill.close(outcome, call.answersAtTurnEnd);
};
