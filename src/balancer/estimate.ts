import type { CallSize } from '#core/quota.ts';
import { Quantile } from '#balancer/quantile.ts';
import { RecentMap } from '#balancer/recent-map.ts';

/** What can be seen of a request's size without a tokeniser. Whole numbers ≥ 0. */
export interface Demand {
  /** Characters of its texts: those of ASCII, and the others. */
  readonly ascii: number;
  readonly wide: number;
  /** Pictures and other attachments. */
  readonly images: number;
  readonly maxOutputTokens?: number;
  /** Answers asked for, ≥ 1. */
  readonly choices: number;
}

/** Tokens per character before anything has been learned: the vendors' own rules of thumb. */
const ASCII_TOKENS = 0.25;
const WIDE_TOKENS = 1;
const IMAGE_TOKENS = 800;
/** Roles, separators and the like. */
const FRAME_TOKENS = 8;

/** How fast a ratio follows what is counted, and how far a single count may pull it. */
const GAIN = 0.1;
const RATIO_MIN = 0.1;
const RATIO_MAX = 10;
/** An answer's likely size before any was seen, tokens. */
const FIRST_OUTPUT = 256;
const OUTPUT_SHARE = 0.9;
/** Models × scripts, and tenants × models, that are remembered. */
const MOST_RATIOS = 2_000;
const MOST_OUTPUTS = 10_000;

const plain = (demand: Demand): number =>
  FRAME_TOKENS +
  demand.ascii * ASCII_TOKENS +
  demand.wide * WIDE_TOKENS +
  demand.images * IMAGE_TOKENS;

/** Texts of one script have one ratio: a mixture counts as the script of most of its tokens. */
const scriptOf = ({ ascii, wide }: Demand): string => {
  const share = wide / Math.max(1, ascii + wide);
  if (share < 0.1) return 'ascii';
  return share > 0.5 ? 'wide' : 'mixed';
};

/**
 * How many tokens a request will take, learned from what vendors counted: characters × a ratio per
 * model and script; an answer as large as nine in ten of this tenant's with this model.
 */
export class Estimator {
  readonly #ratios = new RecentMap<number>(MOST_RATIOS);
  readonly #outputs = new RecentMap<Quantile>(MOST_OUTPUTS);

  size(demand: Demand, model: string, tenant: string): CallSize {
    const ratio = this.#ratios.get(ratioKey(model, demand)) ?? 1;
    const expected = this.#outputs.get(outputKey(model, tenant))?.value ?? FIRST_OUTPUT;
    const { maxOutputTokens, choices } = demand;
    const expectedOutputTokens = Math.ceil(
      maxOutputTokens === undefined ? expected : Math.min(expected, maxOutputTokens),
    );
    return {
      inputTokens: Math.ceil(plain(demand) * ratio),
      expectedOutputTokens,
      choices,
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    };
  }

  /** What a vendor counted for a prompt: in its usage, or in the text of a refusal. */
  learnInput(demand: Demand, model: string, tokens: number): void {
    if (!(tokens > 0)) return;
    const key = ratioKey(model, demand);
    const seen = Math.min(RATIO_MAX, Math.max(RATIO_MIN, tokens / plain(demand)));
    const known = this.#ratios.get(key);
    this.#ratios.set(key, known === undefined ? seen : known + GAIN * (seen - known));
  }

  learnOutput(of: { model: string; tenant: string }, tokens: number): void {
    if (!(tokens >= 0)) return;
    const key = outputKey(of.model, of.tenant);
    const known = this.#outputs.get(key);
    if (known) known.add(tokens);
    else this.#outputs.set(key, new Quantile(OUTPUT_SHARE, Math.max(tokens, FIRST_OUTPUT)));
  }
}

const ratioKey = (model: string, demand: Demand): string => `${model}\n${scriptOf(demand)}`;
const outputKey = (model: string, tenant: string): string => `${model}\n${tenant}`;
