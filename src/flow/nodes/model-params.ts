import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import { parseLooseJson } from '#flow/loose-json.ts';
import type { ModelConfig } from '#flow/nodes/llm-config.ts';
import type { ModelRef } from '#flow/nodes/node-type.ts';
import type { ChatRequest, Format } from '#wire/chat-request.ts';

export const modelOf = ({ provider, name }: ModelConfig): ModelRef => ({
  provider: provider ?? '',
  name,
});

/** The dialect that apps are written for: what it has words for goes on in them. */
const DIALECT = 'openai-chat';

/** What a request says itself: a parameter of this name would change the model or the answer's form. */
const OURS = new Set(['model', 'messages', 'stream', 'stream_options']);

type Settings = Omit<ChatRequest, 'model' | 'messages' | 'stream' | 'includeUsage'>;
type Mutable = { -readonly [Key in keyof Settings]: Settings[Key] };

/** `completion_params` in the hub's words; what it has no word for goes to the model as it is. */
export const settingsOf = (params: JsonObject, fill: (text: string) => string): Settings => {
  const settings: Mutable = { dialect: DIALECT, extra: {} };
  for (const [name, given] of Object.entries(params)) {
    if (OURS.has(name) || name === 'json_schema' || given === null || given === '') continue;
    const value = typeof given === 'string' ? fill(given) : given;
    if (!READERS[name]?.(settings, value, params)) settings.extra[name] = value;
  }
  return settings;
};

/** Sets a field, or says that this value is none for it. */
type Reader = (settings: Mutable, value: Json, params: JsonObject) => boolean;

const numberInto =
  (
    field:
      | 'temperature'
      | 'topP'
      | 'topK'
      | 'seed'
      | 'presencePenalty'
      | 'frequencyPenalty'
      | 'maxOutputTokens',
    fits: (value: number) => boolean = Number.isFinite,
  ): Reader =>
  (settings, value) => {
    if (typeof value !== 'number' || !fits(value)) return false;
    settings[field] = value;
    return true;
  };

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const READERS: Readonly<Record<string, Reader>> = {
  temperature: numberInto('temperature'),
  top_p: numberInto('topP'),
  top_k: numberInto('topK', isCount),
  seed: numberInto('seed', Number.isSafeInteger),
  presence_penalty: numberInto('presencePenalty'),
  frequency_penalty: numberInto('frequencyPenalty'),
  max_tokens: numberInto('maxOutputTokens', isCount),
  max_completion_tokens: numberInto('maxOutputTokens', isCount),
  stop: (settings, value) => {
    const list = Array.isArray(value) ? value : [value];
    const texts = list.filter((one): one is string => typeof one === 'string' && one !== '');
    if (texts.length !== list.length) return false;
    if (texts.length > 0) settings.stop = texts;
    return true;
  },
  reasoning_effort: (settings, value) => {
    if (typeof value !== 'string') return false;
    settings.reasoning = { effort: value };
    return true;
  },
  response_format: (settings, value, params) => {
    const type = isObject(value) ? own(value, 'type') : value;
    if (type === 'text') return true;
    const format = formatOf(type, isObject(value) ? value : params);
    if (!format) return false;
    settings.format = format;
    return true;
  },
};

const formatOf = (type: Json | undefined, from: JsonObject): Format | undefined => {
  if (type === 'json_object' || type === 'JSON' || type === 'json') return { kind: 'json' };
  if (type !== 'json_schema') return undefined;
  const given = own(from, 'json_schema');
  const schema = typeof given === 'string' ? parseLooseJson(given) : given;
  if (!isObject(schema)) return undefined;
  // A schema as the form has it stands in an envelope with its name.
  const inner = own(schema, 'schema');
  const name = own(schema, 'name');
  return {
    kind: 'schema',
    schema: isObject(inner) ? inner : schema,
    ...(typeof name === 'string' && { name }),
    ...(own(schema, 'strict') === true && { strict: true }),
  };
};
