import type { PlanAsk } from '#gateway/console/shapes.ts';

export const KINDS = ['smooth', 'bursty', 'batches', 'recorded'] as const;

export const STRATEGIES = [
  'simple-shuffle',
  'least-busy',
  'latency-based-routing',
  'cost-based-routing',
  'usage-based-routing-v2',
  'quota-aware',
] as const;

/** The form as it stands. */
export interface PlanWishes {
  readonly kind: (typeof KINDS)[number];
  readonly model: string;
  readonly perS: number;
  readonly minutes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly keys: number;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly strategy: string | undefined;
  readonly waitS: number | undefined;
}

export const FIRST_WISHES: PlanWishes = {
  kind: 'bursty',
  model: '',
  perS: 2,
  minutes: 10,
  inputTokens: 700,
  outputTokens: 250,
  keys: 1,
  rpm: undefined,
  tpm: undefined,
  strategy: undefined,
  waitS: undefined,
};

export const askOf = (wishes: PlanWishes): PlanAsk => {
  const { kind, model, perS, minutes, inputTokens, outputTokens, keys } = wishes;
  const { rpm, tpm, strategy, waitS } = wishes;
  return {
    traffic:
      kind === 'recorded'
        ? { kind }
        : {
            kind,
            model,
            per_s: perS,
            minutes,
            keys: 3,
            input_tokens: inputTokens,
            output_tokens: outputTokens,
          },
    keys,
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(strategy !== undefined && { strategy }),
    ...(waitS !== undefined && { wait_s: waitS }),
  };
};
