import type { PriceKind, Rate } from '#core/price.ts';
import type { Deployment } from '#config/loaded.ts';
import type { Row } from '#config/model-row.ts';
import { present } from '#config/present.ts';
import type { ProviderChoice } from '#config/provider-choice.ts';
import { modelData, type OwnPrices } from '#providers/models.ts';

/** Nano-dollars per million tokens of one dollar per token. */
const NANOS_PER_MILLION = 1e15;

const ABILITY = 'supports_';

/** What is known of a row's model, apart from where and how it is called. */
export const modelFacts = (
  row: Row,
  { provider, model: asked }: ProviderChoice,
): Pick<Deployment, 'region' | 'contextTokens' | 'mostOutputTokens' | 'abilities' | 'pricing'> => {
  const { litellm_params: params, model_info: info } = row;
  const model = nameInTables(info?.base_model || asked, provider.name);
  const isPattern = model.includes('*');
  return {
    ...present({
      region: params.region_name || params.aws_region_name || info?.region_name || undefined,
      contextTokens:
        info?.max_input_tokens ||
        (isPattern ? undefined : modelData(provider.name, model, 0)?.contextTokens),
      mostOutputTokens: info?.max_output_tokens || undefined,
    }),
    abilities: abilitiesOf(info ?? {}),
    pricing: { provider: provider.name, model, own: ownPrices(row) },
  };
};

/** `azure/gpt-4.1` as a `base_model` is `gpt-4.1`. */
const nameInTables = (model: string, provider: string): string =>
  model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : model;

/** LiteLLM's fields, dollars per token. */
const PRICE_FIELDS = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cacheRead: 'cache_read_input_token_cost',
  cacheWrite: 'cache_creation_input_token_cost',
  reasoning: 'output_cost_per_reasoning_token',
} as const satisfies Readonly<Record<PriceKind, string>>;

const ownPrices = ({ litellm_params: params, model_info: info }: Row): OwnPrices => {
  const own: { [Kind in PriceKind]?: Rate | null } = {};
  for (const [kind, field] of Object.entries(PRICE_FIELDS)) {
    const written = params[field] ?? info?.[field] ?? undefined;
    if (written !== undefined) own[kind as PriceKind] = rateOf(written);
  }
  return own;
};

/** A price of 0, or one too small to count, is no price: nothing is known to be free. */
const rateOf = (dollarsPerToken: number): Rate | null => {
  const nanos = Math.round(dollarsPerToken * NANOS_PER_MILLION);
  return nanos > 0 ? { nanos } : null;
};

const abilitiesOf = (info: Readonly<Record<string, unknown>>): Record<string, boolean> => {
  const flags = Object.entries(info).filter(
    (entry): entry is [string, boolean] =>
      entry[0].startsWith(ABILITY) && typeof entry[1] === 'boolean',
  );
  return Object.fromEntries(flags.map(([key, able]) => [key.slice(ABILITY.length), able]));
};
