import type { Deployment } from '#config/loaded.ts';
import type { Row } from '#config/model-row.ts';
import { present } from '#config/present.ts';

/** Nano-dollars per million tokens of one dollar per token. */
const NANOS_PER_MILLION = 1e15;

const ABILITY = 'supports_';

/** What a row says about its model, apart from where and how it is called. */
export const modelFacts = ({
  litellm_params: params,
  model_info: info,
}: Row): Pick<
  Deployment,
  'region' | 'contextTokens' | 'abilities' | 'inputNanosPerMillion' | 'outputNanosPerMillion'
> => ({
  ...present({
    region: params.region_name || params.aws_region_name || info?.region_name || undefined,
    contextTokens: info?.max_input_tokens || undefined,
    inputNanosPerMillion: price(params.input_cost_per_token ?? info?.input_cost_per_token),
    outputNanosPerMillion: price(params.output_cost_per_token ?? info?.output_cost_per_token),
  }),
  abilities: abilitiesOf(info ?? {}),
});

/** A price of 0, or one too small to count, is no price: nothing is known to be free. */
const price = (dollarsPerToken: number | null | undefined): number | undefined =>
  dollarsPerToken ? Math.round(dollarsPerToken * NANOS_PER_MILLION) || undefined : undefined;

const abilitiesOf = (info: Readonly<Record<string, unknown>>): Record<string, boolean> => {
  const flags = Object.entries(info).filter(
    (entry): entry is [string, boolean] =>
      entry[0].startsWith(ABILITY) && typeof entry[1] === 'boolean',
  );
  return Object.fromEntries(flags.map(([key, able]) => [key.slice(ABILITY.length), able]));
};
