import { calcPrice, type TieredPrices } from '@pydantic/genai-prices';
import { PRICE_KINDS, type PriceKind, type Prices, type Rate } from '#core/price.ts';

/** What is known of a model without asking anybody. */
export interface ModelData {
  /** Longest prompt and answer together, tokens. */
  readonly contextTokens?: number;
  readonly prices: Prices;
}

/** What the table calls our vendors; those that it does not know are unpriced. */
const TABLES: Readonly<Record<string, string>> = {
  aiohttp_openai: 'openai',
  anthropic: 'anthropic',
  azure: 'azure',
  azure_ai: 'azure',
  azure_text: 'azure',
  baseten: 'baseten',
  bedrock: 'aws',
  cerebras: 'cerebras',
  codestral: 'mistral',
  cohere: 'cohere',
  cohere_chat: 'cohere',
  deepseek: 'deepseek',
  fireworks_ai: 'fireworks',
  gemini: 'google',
  groq: 'groq',
  mistral: 'mistral',
  moonshot: 'moonshotai',
  novita: 'novita',
  openai: 'openai',
  openrouter: 'openrouter',
  ovhcloud: 'ovhcloud',
  perplexity: 'perplexity',
  'text-completion-openai': 'openai',
  together_ai: 'together',
  vertex_ai: 'google',
  vertex_ai_beta: 'google',
  xai: 'x-ai',
  zai: 'zai',
};

/**
 * Where the table is rounded or older than its vendor: a window that is too small would keep prompts
 * from a model that reads them.
 */
const WINDOWS: readonly (readonly [RegExp, number | undefined])[] = [
  [/^gpt-4\.1\b/, 1_047_576],
  [/^deepseek-(?:chat|reasoner)/, undefined],
];

/** What LiteLLM's users write before a model's name to say how it is reached, and where. */
const PREFIXES =
  /^(?:(?:o_series|gpt5_series|converse|converse_like|invoke)\/)?(?:[a-z]{2}(?:-[a-z]+)+-\d\/)?/;

/** Dollars per million tokens, by the table's names. */
const RATES: Readonly<Record<PriceKind, string>> = {
  input: 'input_mtok',
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  reasoning: 'output_reasoning_mtok',
};

const NANOS = 1e9;

/**
 * What the table says of a model at its vendor, on a date: some prices change, some with the hour.
 * Undefined where it does not know the model. `wallMs` is Unix epoch ms.
 */
export const modelData = (
  provider: string,
  model: string,
  wallMs: number,
): ModelData | undefined => {
  const providerId = Object.hasOwn(TABLES, provider) ? TABLES[provider] : undefined;
  if (providerId === undefined || model === '') return undefined;
  const at = { providerId, timestamp: new Date(wallMs) };
  const found = calcPrice({}, model, at) ?? calcPrice({}, model.replace(PREFIXES, ''), at);
  if (!found) return undefined;
  const said = WINDOWS.find(([names]) => names.test(model));
  const contextTokens = said ? said[1] : found.model.context_window;
  const prices: { [Kind in PriceKind]?: Rate } = {};
  for (const [kind, key] of Object.entries(RATES)) {
    const rate = rateOf(found.model_price[key]);
    if (rate) prices[kind as PriceKind] = rate;
  }
  return { ...(contextTokens !== undefined && { contextTokens }), prices };
};

/** A price of 0 is one that the table lacks. */
const rateOf = (price: number | TieredPrices | undefined): Rate | undefined => {
  const base = typeof price === 'object' ? price.base : price;
  const nanos = Math.round((base ?? 0) * NANOS);
  if (nanos <= 0) return undefined;
  if (typeof price !== 'object') return { nanos };
  const above = price.tiers.map((tier) => ({
    tokens: tier.start,
    nanos: Math.round(tier.price * NANOS),
  }));
  return { nanos, above: above.toSorted((a, b) => a.tokens - b.tokens) };
};

/** What a config says of prices: `null` where it says that there is none. */
export type OwnPrices = { readonly [Kind in PriceKind]?: Rate | null };

/** Whose prices a deployment has. */
export interface Pricing {
  readonly provider: string;
  /** The name that the table knows. */
  readonly model: string;
  readonly own: OwnPrices;
}

/** The table's prices on a date, and a config's own in their place. */
export const pricesOf = ({ provider, model, own }: Pricing, wallMs: number): Prices => {
  const prices: { [Kind in PriceKind]?: Rate } = { ...modelData(provider, model, wallMs)?.prices };
  for (const kind of PRICE_KINDS) {
    const said = own[kind];
    if (said) prices[kind] = said;
    else if (said === null) delete prices[kind];
  }
  return prices;
};
