import type { CallSize } from '#core/quota.ts';
import { Quantile } from '#balancer/quantile.ts';
import { RecentMap } from '#balancer/recent-map.ts';

/** What can be seen of a request's size without a tokeniser. Whole numbers ≥ 0. */
export interface Demand {
  /** Characters of its texts: those of ASCII, and the others. */
  readonly ascii: number;
  readonly wide: number;
  /** Of those of ASCII, neither letters, digits nor spaces: code is full of them. */
  readonly marks: number;
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

/** From such a share on, one script stands out. */
const SOME_WIDE = 0.1;
const MOSTLY_WIDE = 0.5;
const MOSTLY_MARKS = 0.1;

/** How fast a ratio follows what is counted, and how far a single count may pull it. */
const GAIN = 0.1;
const EXCESS_GAIN = 0.4;
/** Counts that differ by no more are the same. */
const SAME_COUNT = 0.01;
const RATIO_MIN = 0.1;
const RATIO_MAX = 10;
/** An answer's likely size before any was seen, tokens. */
const FIRST_OUTPUT = 256;
const OUTPUT_SHARE = 0.9;
/** Models, and tenants × models, that are remembered. */
const MOST_MODELS = 2_000;
const MOST_OUTPUTS = 10_000;

/** By the vendors' own rules of thumb, tokens. */
export const plainTokens = (demand: Demand): number =>
  FRAME_TOKENS +
  demand.ascii * ASCII_TOKENS +
  demand.wide * WIDE_TOKENS +
  demand.images * IMAGE_TOKENS;

/** Texts of one script have one ratio. */
const scriptOf = ({ ascii, wide, marks }: Demand): keyof Scripts => {
  const share = wide / Math.max(1, ascii + wide);
  if (share > MOSTLY_WIDE) return 'wide';
  if (share > SOME_WIDE) return 'mixed';
  return marks > MOSTLY_MARKS * ascii ? 'code' : 'prose';
};

/** What a script's characters come to with one model. */
class Ratio {
  /** Tokens that were counted, divided by the rule of thumb, and how far single texts are from that. */
  mean = 1;
  spread = 0.15;
  /** What limits count of a prompt, divided by what usage says, as refusals tell: some go by characters. */
  excess = 1;
  isCounted = false;

  count(seen: number): void {
    if (this.isCounted) {
      this.spread += GAIN * (Math.abs(seen / this.mean - 1) - this.spread);
      this.mean += GAIN * (seen - this.mean);
    } else this.mean = seen;
    this.isCounted = true;
  }
}

/** One model's. */
class Scripts {
  readonly wide = new Ratio();
  readonly mixed = new Ratio();
  readonly code = new Ratio();
  readonly prose = new Ratio();
}

/** Nothing has been counted yet. */
const UNKNOWN = new Scripts();

/** A prompt's tokens may be off by so much. */
export interface Estimate extends CallSize {
  readonly inputSpread: number;
}

/**
 * How many tokens a request will take, learned from what vendors counted: characters × a ratio per
 * model and script; an answer as large as nine in ten of this tenant's with this model.
 */
export class Estimator {
  readonly #models = new RecentMap<Scripts>(MOST_MODELS);
  /** Of requests that were refused with a number: what the vendor counted for this very prompt. */
  readonly #counted = new WeakMap<Demand, number>();
  readonly #outputs = new RecentMap<Quantile>(MOST_OUTPUTS);
  #error = 0;
  /** The last key of an output. */
  #last = { model: '', tenant: '', key: '\n' };

  /** By how much of what was counted the last prompts were misjudged, ≥ 0. */
  get error(): number {
    return this.#error;
  }

  size(demand: Demand, model: string, tenant: string): Estimate {
    const { mean, spread, excess } = this.#known(model, demand);
    const expected = this.#outputs.get(this.#outputKey(model, tenant))?.value ?? FIRST_OUTPUT;
    const { maxOutputTokens, choices } = demand;
    const expectedOutputTokens = Math.ceil(
      maxOutputTokens === undefined ? expected : Math.min(expected, maxOutputTokens),
    );
    const counted = this.#counted.get(demand);
    const inputTokens = counted ?? Math.ceil(plainTokens(demand) * mean * excess);
    const inputSpread = counted === undefined ? Math.ceil(inputTokens * spread) : 0;
    return { inputTokens, inputSpread, expectedOutputTokens, choices, maxOutputTokens };
  }

  /** What a vendor counted for a prompt: in its usage, or in the text of a refusal. */
  learnInput(demand: Demand, model: string, tokens: number): void {
    if (!(tokens > 0)) return;
    let scripts = this.#models.get(model);
    if (!scripts) this.#models.set(model, (scripts = new Scripts()));
    const ratio = scripts[scriptOf(demand)];
    this.#learnExcess(ratio, this.#counted.get(demand), tokens);
    const seen = within(tokens / plainTokens(demand));
    if (ratio.isCounted) this.#error += GAIN * (Math.abs(ratio.mean / seen - 1) - this.#error);
    ratio.count(seen);
  }

  /** What a limit counts for the prompt of a request that was refused, and will come back. */
  learnRefused(demand: Demand, tokens: number): void {
    if (tokens > 0 && tokens <= RATIO_MAX * plainTokens(demand))
      this.#counted.set(demand, Math.ceil(tokens));
  }

  /**
   * What limits have counted of a prompt whose `tokens` usage tells; undefined where they have shown
   * that they count otherwise, or what they count was known when it was sent.
   */
  counted(demand: Demand, model: string, tokens: number): number | undefined {
    if (!(tokens > 0) || this.#counted.has(demand)) return undefined;
    const { excess } = this.#known(model, demand);
    return Math.abs(excess - 1) <= SAME_COUNT ? tokens : undefined;
  }

  /** Both counts are of one prompt: those that are refused are larger than they looked, as a rule. */
  #learnExcess(ratio: Ratio, counted: number | undefined, tokens: number): void {
    if (counted !== undefined)
      ratio.excess += EXCESS_GAIN * (within(counted / tokens) - ratio.excess);
  }

  /** Requests of one tenant come in rows, and a text that has been joined anew has to be hashed anew. */
  #outputKey(model: string, tenant: string): string {
    if (model !== this.#last.model || tenant !== this.#last.tenant)
      this.#last = { model, tenant, key: `${model}\n${tenant}` };
    return this.#last.key;
  }

  #known(model: string, demand: Demand): Ratio {
    return (this.#models.get(model) ?? UNKNOWN)[scriptOf(demand)];
  }

  learnOutput(of: { model: string; tenant: string }, tokens: number): void {
    if (!(tokens >= 0)) return;
    const key = this.#outputKey(of.model, of.tenant);
    const known = this.#outputs.get(key);
    if (known) known.add(tokens);
    else this.#outputs.set(key, new Quantile(OUTPUT_SHARE, Math.max(tokens, FIRST_OUTPUT)));
  }
}

const within = (ratio: number): number => Math.min(RATIO_MAX, Math.max(RATIO_MIN, ratio));
