/** The requests of one trial: the same ones for every contender. */
import { type Random, seededRandom } from '#core/random.ts';
import { exponential, geometric } from '#core/draws.ts';
import { requestsPerS, type Scenario, type Traffic } from './scenarios.ts';
import { drawText, plainText, type PromptText } from './script.ts';
import { TimerHeap } from '#core/timer-heap.ts';
import { type Call, drawCall } from './workload.ts';

export interface BenchRequest extends Call, PromptText {
  /** Its place in the trace. */
  readonly index: number;
  readonly atMs: number;
  readonly tenant: number;
}

export interface Trial {
  readonly scenario: Scenario;
  readonly load: number;
  readonly seed: number;
  /** Whether the bytes of a prompt tell its tokens; they do not unless said otherwise. */
  readonly ratioIsOne?: boolean;
}

/** Requests arrive for so long; what they come to is measured from some instant on. */
export const TRACE_MS = 2_100_000;

const BATCH_GAP_S = 0.005;

/** The order of the draws is part of the trace: published figures were made with it. */
export const createTrace = ({ scenario, load, seed, ratioIsOne }: Trial): BenchRequest[] => {
  const { traffic } = scenario;
  const callRandom = seededRandom(seed + 1000);
  const textRandom = seededRandom(seed + 9000);
  const waitS = createWaits(traffic, requestsPerS(scenario, load), seed);
  const requests: BenchRequest[] = [];
  const due = new TimerHeap<() => void>();

  const arriveAt = (atS: number): void => {
    if (1000 * atS > TRACE_MS) return;
    const size = traffic.batch === undefined ? 1 : geometric(callRandom, traffic.batch);
    for (let i = 0; i < size; i++) {
      const ownS = atS + i * BATCH_GAP_S;
      due.push(ownS, () => requestAt(ownS));
    }
    const nextS = atS + waitS(atS);
    due.push(nextS, () => arriveAt(nextS));
  };
  const requestAt = (atS: number): void => {
    const call = drawCall(callRandom);
    const tenant = drawTenant(callRandom, traffic.tenantShares);
    const { longestPromptTokens = Infinity } = traffic;
    const promptTokens = Math.min(call.promptTokens, longestPromptTokens);
    const text = ratioIsOne ? plainText(promptTokens) : drawText(textRandom, promptTokens);
    const index = requests.length;
    requests.push({ ...call, promptTokens, ...text, index, tenant, atMs: 1000 * atS });
  };

  arriveAt(0);
  for (let next = due.pop(); next !== undefined; next = due.pop()) next.task();
  return requests;
};

const drawTenant = (random: Random, shares: readonly number[] | undefined): number => {
  if (shares === undefined) return 0;
  let u = random();
  let tenant = 0;
  while (tenant < shares.length - 1 && u > shares[tenant]!) u -= shares[tenant++]!;
  return tenant;
};

/** How long after `atS` the next request or batch arrives; to be asked in the order of time. */
const createWaits = (
  { bursts, batch = 1 }: Traffic,
  perS: number,
  seed: number,
): ((atS: number) => number) => {
  const random = seededRandom(seed);
  const stateRandom = seededRandom(seed + 5000);
  const meanRate = perS / batch;
  if (bursts === undefined) return () => exponential(random) / meanRate;
  let isHigh = false;
  let stateEndsS = 0;
  return (atS) => {
    // Arrivals still due in units of the present state's rate; a state that ends first uses some of them up.
    let left = exponential(random);
    let waitS = 0;
    for (;;) {
      if (atS + waitS >= stateEndsS) {
        isHigh = !isHigh;
        stateEndsS = atS + waitS + exponential(stateRandom) * bursts.meanS;
      }
      const rate = meanRate * (isHigh ? bursts.high : 2 - bursts.high);
      const stateS = stateEndsS - (atS + waitS);
      if (left / rate <= stateS) return waitS + left / rate;
      left -= stateS * rate;
      waitS = stateEndsS - atS;
    }
  };
};
