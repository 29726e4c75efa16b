import type { Spent } from '#balancer/admit.ts';
import type { CallSize, Cost } from '#core/quota.ts';

/** Nano-dollars per million tokens: whole numbers for every price that vendors publish. */
export interface Price {
  readonly inputNanosPerMillion: number;
  readonly outputNanosPerMillion: number;
}

/** What does not change of a deployment, as far as a balance is concerned. */
export interface Member {
  readonly name: string;
  readonly group: string;
  /** At its vendor. Members with the same word share what is learned of their tokens. */
  readonly model: string;
  /** The accounts it draws from, outermost first; the last one is whom its upstream speaks of. */
  readonly accounts: readonly [string, ...string[]];
  /** What a call is charged before it runs, and what it comes to in the end. */
  readonly charge: (size: CallSize, model: string) => Cost;
  settle(charged: Cost, spent: Spent | undefined, model: string): Cost;
  /** Whose limits they are: accounts of one vendor for one model may turn out to be one. Absent: never. */
  readonly vendor?: string;
  /** The config names its pools: it is right, whatever answers seem to say of them. */
  readonly isPooled?: boolean;
  /** Those with the same key, at the same place, share it: what refuses one refuses all. */
  readonly credential?: string;
  /** Where it is reached: hosts fail as a whole. */
  readonly host?: string;
  readonly weight?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly order?: number;
  readonly tags?: readonly string[];
  readonly region?: string;
  /** The longest prompt that its model reads, tokens. */
  readonly contextTokens?: number;
  readonly abilities?: Readonly<Record<string, boolean>>;
  readonly price?: Price;
}

/** Nano-dollars, rounded up. */
export const costNanos = (price: Price, size: CallSize): number => {
  const output = size.expectedOutputTokens * size.choices;
  const nanos =
    price.inputNanosPerMillion * size.inputTokens + price.outputNanosPerMillion * output;
  return Math.ceil(nanos / 1_000_000);
};
