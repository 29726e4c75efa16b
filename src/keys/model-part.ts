import type { Allowance } from '#keys/fields.ts';
import { type Limited, modelAmountsOf, type TokenKind } from '#keys/limits.ts';
import type { Payer } from '#keys/pass.ts';

/** Somebody who has a word about single models: what they may cost, and how often they are asked. */
export interface ModelParty {
  /** LiteLLM's word for whose limit it is: `model_per_key`. */
  readonly descriptor: string;
  readonly id: string;
  /** For people, in a refusal at a limit. */
  readonly label: string;
  /** What the sums of their models are kept under, up to the model's name. */
  readonly purse: string;
  /** For people, behind the model in a refusal for money: ` of Team=dev`; empty for a key. */
  readonly payer: string;
  readonly allowance: Allowance;
}

/** Limits and budgets for one model alone; often none. */
export interface ModelPart {
  readonly limited: (model: string) => readonly Limited[];
  readonly payers: (model: string) => readonly Payer[];
}

const NONE: readonly never[] = [];

export const NO_MODEL_PART: ModelPart = { limited: () => NONE, payers: () => NONE };

/** Whether an allowance says anything of single models. */
export const saysOfModels = (allowance: Allowance): boolean =>
  hasLimits(allowance) || Boolean(allowance.model_max_budget);

export const modelPart = (parties: readonly ModelParty[], tokenKind: TokenKind): ModelPart => {
  const limiting = parties.filter(({ allowance }) => hasLimits(allowance));
  const paying = parties.filter(({ allowance }) => allowance.model_max_budget);
  return {
    limited: perModel(limiting, (party, model) => limitedOf(party, model, tokenKind)),
    payers: perModel(paying, payerOf),
  };
};

const hasLimits = ({ model_rpm_limit: rpm, model_tpm_limit: tpm }: Allowance): boolean =>
  Boolean(rpm ?? tpm);

/** Worked out once for every model of which something is said; for others there is nothing to keep. */
const perModel = <One>(
  parties: readonly ModelParty[],
  of: (party: ModelParty, model: string) => One | undefined,
): ((model: string) => readonly One[]) => {
  if (parties.length === 0) return () => NONE;
  const known = new Map<string, readonly One[]>();
  return (model) => {
    const before = known.get(model);
    if (before) return before;
    const found = parties.flatMap((party) => of(party, model) ?? NONE);
    if (found.length === 0) return NONE;
    known.set(model, found);
    return found;
  };
};

const limitedOf = (
  { descriptor, id, label, allowance }: ModelParty,
  model: string,
  tokenKind: TokenKind,
): Limited | undefined => {
  const amounts = modelAmountsOf(allowance, model, tokenKind);
  if (Object.keys(amounts).length === 0) return undefined;
  return { account: `own/${descriptor}/${id}/${model}`, descriptor, label, amounts };
};

const payerOf = ({ purse, payer, allowance }: ModelParty, model: string): Payer | undefined => {
  const budgets = allowance.model_max_budget;
  if (!budgets || !Object.hasOwn(budgets, model)) return undefined;
  const { budget_limit: limit, time_period: duration } = budgets[model]!;
  return {
    kind: 'model',
    id: `${purse}${model}`,
    label: `Model=${model}${payer}`,
    maxDollars: Number(limit),
    ...(typeof duration === 'string' && { duration }),
  };
};
