import type { Admit, AdmitRequest, Priority, Tenant } from '#balancer/admit.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import type { Explanation } from '#balancer/explanation.ts';
import type { OwnCharge } from '#balancer/own-side.ts';
import type { RetryBudgets } from '#balancer/retry-budget.ts';
import type { QuotaView } from '#balancer/quota-view.ts';
import type { CallSignal } from '#core/call-signal.ts';
import type { Clock } from '#core/clock.ts';
import type { JsonObject } from '#core/json.ts';
import type { Log } from '#core/log.ts';
import type { ParamRules } from '#core/param-rules.ts';
import type { Prices } from '#core/price.ts';
import type { MemoryPressure } from '#core/memory-pressure.ts';
import type { Random } from '#core/random.ts';
import type { AppModels } from '#gateway/app-models.ts';
import type { Billing } from '#gateway/billing.ts';
import type { CallFallbacks } from '#gateway/call-fallbacks.ts';
import type { CatalogueRow } from '#gateway/catalogue.ts';
import type { DecisionStore } from '#gateway/decision-store.ts';
import type { FallbackRules } from '#gateway/fallbacks.ts';
import type { MetricsPage } from '#gateway/serve-metrics.ts';
import type { RetrySettings } from '#gateway/retry-rules.ts';
import type { FetchFile } from '#gateway/linked-files.ts';
import type { Groups } from '#gateway/groups.ts';
import type { LargeBodies } from '#gateway/large-bodies.ts';
import type { RequestEvents } from '#gateway/request-events.ts';
import type { ResponseStore } from '#gateway/responses/response-store.ts';
import type { Lifecycle } from '#gateway/lifecycle.ts';
import type { UsableGroups } from '#gateway/usable-groups.ts';
import type { Bill } from '#keys/bill.ts';
import type { Pass } from '#keys/pass.ts';
import type { Agents } from '#upstream/agents.ts';
import type { CallerHeaders, Target } from '#upstream/target.ts';
import type { AddressRules } from '#keys/entrance.ts';

/** What a gateway is made of: filled in by `main`, the same for every request. */
export interface GatewayDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly admit: Admit;
  readonly budgets: RetryBudgets;
  /** What would become of a request now; nothing is sent, set aside or learned. */
  readonly explain: (request: AdmitRequest) => Explanation;
  /** The balance as it stands. */
  readonly quota: () => QuotaView;
  /** What a request of this tenant takes on our own side; often nothing. */
  readonly ownCharges: (tenant: Tenant) => readonly OwnCharge[];
  /** Remembers a request that is over, and shows it to those who watch. */
  readonly over: (over: Over) => void;
  /** Absent where nobody is billed. */
  readonly billing?: Billing;
  readonly decisions: DecisionStore;
  readonly events: RequestEvents;
  readonly responses: ResponseStore;
  readonly metrics: () => Promise<MetricsPage>;
  readonly lifecycle: Lifecycle;
  readonly memory: () => MemoryPressure;
  readonly bodies: LargeBodies;
  readonly usable: UsableGroups;
  readonly agents: Agents;
  /** For vendors that take bytes only; absent where the config forbids it. */
  readonly fetchFile?: FetchFile;
  /** What a deployment's tokens cost now, of the model that it is asked for; empty where nobody knows. */
  readonly prices: (deployment: string, model: string, now?: number) => Prices;
  /** Every deployment that can serve, in the order of the config. */
  readonly catalogue: () => readonly CatalogueRow[];
  readonly targets: Pick<ReadonlyMap<string, Target>, 'get'>;
  readonly groups: Groups;
  /** Apps that are asked for as models. */
  readonly appModels: AppModels;
  readonly settings: GatewaySettings;
}

export interface GatewaySettings {
  readonly version: string;
  /** The policy's name, for decisions. */
  readonly policy: string;
  readonly retries: number;
  readonly retryRules: RetrySettings;
  readonly retryAfterMs: number;
  readonly fallbacks: FallbackRules;
  readonly timeoutMs: number;
  readonly streamTimeoutMs?: number;
  readonly alwaysIncludeUsage: boolean;
  /** What callers say in headers of their own reaches vendors, but for the one that has their key. */
  readonly forwardsHeaders?: { readonly except: string | undefined };
  /** What is done about parameters that a vendor cannot take. */
  readonly params: ParamRules;
  /** Errors have LiteLLM's form in every dialect. */
  readonly litellmErrors: boolean;
  readonly entrance: AddressRules & {
    /** Fields that every body must have. */
    readonly params?: readonly string[];
  };
  /** Whether everybody may read the metrics. */
  readonly metricsArePublic: boolean;
  /** So many past requests are remembered. */
  readonly decisions: number;
  /** Prompts that are too long for a deployment are kept from it; so is what it cannot do. */
  readonly preCallChecks: boolean;
  /** How tags are compared; absent where they are not. */
  readonly tagMatch?: 'any' | 'all';
  readonly queue: {
    readonly waitMs: number;
    /** Where a group has a time of its own. */
    readonly groups: ReadonlyMap<string, number>;
    /** How long a stream waits in silence, ms; absent where it always may. */
    readonly heartbeatMs?: number;
  };
  /** Files that requests name by their addresses: so large, and in so much time for all of one request. */
  readonly files: { readonly mostBytes: number; readonly timeoutMs: number };
  readonly timeouts: { readonly firstByteMs: number; readonly betweenChunksMs: number };
  readonly limits: {
    readonly requestBytes: number;
    readonly replyBytes: number;
    readonly jsonDepth: number;
    readonly eventBytes: number;
  };
}

/** How far a request has come: for whoever remembers and shows requests when they are over. */
export interface Progress {
  /** Absent until a deployment is looked for. */
  decision?: DecisionBuilder;
  /** What is asked of the balance. */
  asked?: Omit<AdmitRequest, 'tried' | 'signal'>;
  /** What it is charged to; absent before that, and where nobody is billed. */
  bill?: Bill;
}

/** A request that is over. `call` is absent where it was refused before its body was read. */
export interface Over {
  readonly decision: DecisionBuilder;
  readonly call?: GatewayCall;
}

/** One request on its way in, free of HTTP. */
export interface GatewayCall {
  readonly id: string;
  /** Monotonic, ms. */
  readonly arrivedAt: number;
  /** The same instant, Unix epoch ms. */
  readonly wallMs: number;
  readonly body: JsonObject;
  readonly signal: CallSignal;
  /** The caller's own wishes, where it has any. How long it waits in all, ms. */
  readonly timeoutMs?: number;
  /** The same as an instant, monotonic ms, for a caller whose tries have the config's time-outs. */
  readonly deadline?: number;
  /** Until the first byte of each try, ms. */
  readonly streamTimeoutMs?: number;
  readonly retries?: number;
  readonly fallbacks?: CallFallbacks;
  readonly progress: Progress;
  /** Who is charged. */
  readonly tenant: Tenant;
  /** Of the virtual key that it came with. */
  readonly pass?: Pass;
  /** Whose call it is to the caller, where that is not the tenant's user. */
  readonly endUser?: string;
  /** The flow that makes it, for records of spend; `isAsked`: its payer asked for it as for a model. */
  readonly app?: { readonly id: string; readonly name: string; readonly isAsked?: boolean };
  /** Secrets of that flow: kept nowhere, where what is asked and answered is kept. */
  readonly secrets?: readonly string[];
  /** Where it came from. */
  readonly address?: string;
  /** What its record of spend calls it; as a chat unless said. */
  readonly callType?: string;
  /** Its name among the records of spend, which no caller chooses; a new one unless said. */
  readonly recordId?: string;
  readonly priority: Priority;
  /** Nothing of its answer goes out before the end of a turn: see `atTurnEnd`. */
  readonly answersAtTurnEnd?: boolean;
  /** Memory that it holds while it waits. */
  readonly bytes: number;
  /** Longest time in line, ms; absent where the config decides. 0 never waits. */
  readonly queueMs?: number;
  /** When its client gives up by itself, ms: nobody waits in line for longer than that. */
  readonly patienceMs?: number;
  /** Who is told that it has got in line, and that its turn has come. */
  readonly line?: { entered(): void; left(): void };
  /** Notes for the records of spend, from a header. */
  readonly notes?: JsonObject;
  /** Its `metadata` is for the vendor, not for LiteLLM's logs. */
  readonly ownsMetadata?: boolean;
  /** What its caller counts it among, for records of spend. */
  readonly session?: string;
  /** Calls of one run prefer different pools. */
  readonly run?: string;
  readonly tags?: readonly string[];
  /** The only deployment that can serve it: it has what came before. */
  readonly pinned?: string;
  /** The body as its caller sent it, where it has been completed. */
  readonly told?: JsonObject;
  /** Headers by which it speaks to the vendor behind, names in lower case: to those that listen to them. */
  readonly vendorHeaders?: CallerHeaders;
  /** Others that it wants any vendor to get. */
  readonly extraHeaders?: CallerHeaders;
}

/** When its caller stops waiting, monotonic ms; Infinity: never. */
export const deadlineOf = ({ arrivedAt, timeoutMs, deadline }: GatewayCall): number =>
  Math.min(arrivedAt + (timeoutMs ?? Infinity), deadline ?? Infinity);
