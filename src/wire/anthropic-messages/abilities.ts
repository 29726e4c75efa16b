/** What models of this dialect's own vendor can do, as far as their names tell it. */
export interface Abilities {
  /** How it is told to think: in tokens, or as it thinks fit; both, the former, or none at all. */
  readonly thinking: 'none' | 'budget' | 'either' | 'adaptive';
  /** It thinks unless it is told not to. */
  readonly thinksUnasked: boolean;
  /** Words for how hard it tries; none where it has no such setting. */
  readonly efforts: readonly string[];
  /** An answer, or a tool's arguments, can be held to a schema. */
  readonly schemas: boolean;
  /** `temperature` and its kin: both of them, one at a time, or refused. */
  readonly sampling: 'any' | 'one' | 'none';
}

/** `…-3-5-sonnet-…` of old, `…-sonnet-4-5-…` today; six digits and more are a date. */
const OLD_NAME = /claude-(\d)(?:[-.](\d))?-(opus|sonnet|haiku)/;
const NEW_NAME = /claude-([a-z]+)-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/;

interface Version {
  readonly family: string;
  /** 4.5 is 405. */
  readonly number: number;
}

/** Undefined for names that tell no version. */
const versionOf = (model: string): Version | undefined => {
  const old = OLD_NAME.exec(model);
  if (old) return { family: old[3]!, number: 100 * Number(old[1]) + Number(old[2] ?? 0) };
  const name = NEW_NAME.exec(model);
  return name
    ? { family: name[1]!, number: 100 * Number(name[2]) + Number(name[3] ?? 0) }
    : undefined;
};

/** Other vendors' models that are spoken to in this dialect: what all of them can do. */
const FOREIGN: Abilities = {
  thinking: 'budget',
  thinksUnasked: false,
  efforts: [],
  schemas: false,
  sampling: 'any',
};

const LOW_TO_HIGH = ['low', 'medium', 'high'];
const LOW_TO_MAX = [...LOW_TO_HIGH, 'max'];
const ALL_EFFORTS = [...LOW_TO_HIGH, 'xhigh', 'max'];
/** A version above all that there are. */
const LATEST = 9999;

/** From the vendor's model pages and migration guides; a name without a version is taken for a new one. */
export const abilitiesOf = (model: string): Abilities => {
  if (!model.includes('claude')) return FOREIGN;
  const { family, number } = versionOf(model) ?? { family: '', number: LATEST };
  const isNewest = number >= 500 || (family === 'opus' && number >= 407);
  const isAdaptive = isNewest || number >= 406;
  return {
    thinking: number < 307 ? 'none' : isNewest ? 'adaptive' : isAdaptive ? 'either' : 'budget',
    thinksUnasked: number >= 500,
    efforts: effortsOf(family, number, isNewest),
    schemas: number >= 405 || (family === 'opus' && number === 401),
    sampling: isNewest ? 'none' : number >= 401 ? 'one' : 'any',
  };
};

const effortsOf = (family: string, number: number, isNewest: boolean): readonly string[] => {
  if (isNewest) return ALL_EFFORTS;
  if (number >= 406) return LOW_TO_MAX;
  return family === 'opus' && number === 405 ? LOW_TO_HIGH : [];
};

/** Vendors set aside quota for all that an answer may have: for as much as LiteLLM asks, tokens. */
const USUAL_TOKENS = 4_096;
/** What a model that thinks needs in addition to that. */
const THINKING_TOKENS = 12_288;

/** How much an answer may have where nobody says it, tokens. */
export const usualOutputTokens = (model: string): number =>
  USUAL_TOKENS + (abilitiesOf(model).thinksUnasked ? THINKING_TOKENS : 0);

/** The same where it is asked to think; a budget comes on top. */
export const thinkingOutputTokens = (budgetTokens: number): number =>
  USUAL_TOKENS + Math.max(budgetTokens, THINKING_TOKENS);
