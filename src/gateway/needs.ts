import type { Needs } from '#balancer/eligible.ts';
import type { Demand } from '#balancer/estimate.ts';
import { type Json, type JsonObject, isObject, own, valueAt } from '#core/json.ts';

/**
 * Tokens per character that no tokeniser stays below for long: a request is kept from a model only
 * when it is surely too long for it. The rest finds out from the vendor, and goes to a fallback.
 */
const ASCII_TOKENS = 0.2;
const WIDE_TOKENS = 0.5;

/** LiteLLM's words (`model_info.supports_…`) for what a part of a message needs. */
const PARTS: Readonly<Record<string, string>> = {
  image_url: 'vision',
  image: 'vision',
  document: 'pdf_input',
  input_image: 'vision',
  input_audio: 'audio_input',
  file: 'pdf_input',
  input_file: 'pdf_input',
};

interface NeedsHow {
  readonly demand: Demand;
  readonly checks: boolean;
  readonly region?: string | null | undefined;
}

/**
 * What a request asks of any deployment; undefined where nothing. `checks`: whether the config wants
 * prompts and abilities looked at. A region holds in any case: who names one means it. `region` is an
 * end user's own, which no request leaves.
 */
export const needsOf = (
  body: JsonObject,
  { demand, checks, region: ownRegion }: NeedsHow,
): Needs | undefined => {
  const region = ownRegion || regionOf(body);
  const abilities = checks ? abilitiesOf(body) : [];
  if (region === undefined && !checks) return undefined;
  return {
    ...(region !== undefined && { region }),
    ...(checks && { contextTokens: leastTokens(demand) }),
    ...(abilities.length > 0 && { abilities }),
  };
};

const leastTokens = ({ ascii, marks, wide }: Demand): number =>
  Math.floor((ascii + marks) * ASCII_TOKENS + wide * WIDE_TOKENS);

/** In the body or in its metadata, where LiteLLM's clients put what is for LiteLLM. */
const regionOf = (body: JsonObject): string | undefined => {
  const metadata = own(body, 'metadata');
  const named =
    own(body, 'allowed_model_region') ??
    (isObject(metadata) ? own(metadata, 'allowed_model_region') : undefined);
  return typeof named === 'string' && named !== '' ? named : undefined;
};

const abilitiesOf = (body: JsonObject): readonly string[] => {
  const words = new Set<string>();
  if (isFilled(own(body, 'tools')) || isFilled(own(body, 'functions')))
    words.add('function_calling');
  const format =
    own(body, 'response_format') ??
    valueAt(body, ['text', 'format']) ??
    valueAt(body, ['output_config', 'format']);
  const isSchema = isObject(format) && own(format, 'type') === 'json_schema';
  if (isSchema || SCHEMAS.some((path) => valueAt(body, path))) words.add('response_schema');
  const messages = own(body, 'messages') ?? own(body, 'input') ?? own(body, 'contents');
  for (const message of Array.isArray(messages) ? messages : [])
    for (const type of partTypes(message)) if (Object.hasOwn(PARTS, type)) words.add(PARTS[type]!);
  return [...words];
};

const isFilled = (value: Json | undefined): boolean => Array.isArray(value) && value.length > 0;

/** Where a schema stands in a dialect that has a field for nothing else. */
const SCHEMAS = ['generationConfig', 'generation_config'].flatMap((config) =>
  ['responseSchema', 'responseJsonSchema', 'response_schema'].map((field) => [config, field]),
);

const partTypes = (message: Json): readonly string[] => {
  const content = isObject(message)
    ? (own(message, 'content') ?? own(message, 'parts'))
    : undefined;
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  return parts.flatMap((part) => {
    const type = own(part, 'type') ?? mediaType(part);
    return typeof type === 'string' ? [type] : [];
  });
};

/** Some dialects tell a part's kind by its field, and what a file is by its media type alone. */
const MEDIA = ['inlineData', 'inline_data', 'fileData', 'file_data'];
const MEDIA_WORDS: Readonly<Record<string, string>> = {
  image: 'image',
  audio: 'input_audio',
  application: 'document',
};

const mediaType = (part: JsonObject): string | undefined => {
  const file = MEDIA.map((field) => own(part, field)).find(isObject);
  const said = file && (own(file, 'mimeType') ?? own(file, 'mime_type'));
  const family = typeof said === 'string' ? said.slice(0, said.indexOf('/')) : '';
  return Object.hasOwn(MEDIA_WORDS, family) ? MEDIA_WORDS[family] : undefined;
};
