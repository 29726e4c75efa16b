import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Block, FinishEvent, Usage } from '#wire/chat-event.ts';
import type { Gathered, WholeBlock } from '#wire/collect.ts';
import { NAME } from '#wire/openai-responses/name.ts';
import { annotationOf } from '#wire/openai-responses/output.ts';
import { sealText } from '#wire/openai-responses/seal.ts';
import { writeUsage } from '#wire/openai-responses/usage.ts';
import { sealedId } from '#wire/sealed-id.ts';

export type Head = Pick<Gathered, 'id' | 'model' | 'created'>;

/** What a response repeats of its request. */
const REPEATED = [
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'reasoning',
  'safety_identifier',
  'store',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
];

const repeated = (request: JsonObject): JsonObject =>
  Object.fromEntries(
    REPEATED.flatMap((key) => {
      const value = own(request, key);
      return value === undefined || value === null ? [] : [[key, value] as const];
    }),
  );

/** As others of this dialect begin. */
export const replyId = (callId: string): string => `resp_${callId.replaceAll(/\W/g, '')}`;

/**
 * A response that has begun. Where its request wished nothing, the fields that clients read without
 * looking have what they have then.
 */
export const responseOf = ({ id, model, created }: Head, request: JsonObject = {}): JsonObject => ({
  id,
  object: 'response',
  created_at: created,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  model,
  output: [],
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
  ...repeated(request),
  usage: null,
});

/** What is different at its end. */
export const endOf = (
  { reason, raw }: Pick<FinishEvent, 'reason' | 'raw'>,
  said: {
    readonly output: readonly JsonObject[];
    readonly usage: Usage | undefined;
    readonly extras: Gathered['extras'];
  },
): JsonObject => {
  const own = ownExtras(said.extras);
  const cut = CUT[reason] ?? (reason === 'other' && OTHER_CUTS.has(raw) ? raw : undefined);
  return {
    status: cut === undefined ? 'completed' : 'incomplete',
    incomplete_details: cut === undefined ? null : { reason: cut },
    output: [...own.items, ...(cut === undefined ? said.output : withLastCut(said.output))],
    usage: said.usage ? writeUsage(said.usage) : null,
    ...own.fields,
  };
};

/** What was being said when it was cut off is not whole either. */
const withLastCut = (output: readonly JsonObject[]): JsonObject[] =>
  output.map((item, i) =>
    i === output.length - 1 && item['status'] === 'completed'
      ? { ...item, status: 'incomplete' }
      : item,
  );

const CUT: Readonly<Partial<Record<FinishEvent['reason'], string>>> = {
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
};

/** Reasons of this dialect that the hub has no word for. */
const OTHER_CUTS = new Set(['max_tool_calls', 'steered']);

const ownExtras = (
  extras: Gathered['extras'],
): { readonly fields: JsonObject; readonly items: readonly Json[] } => {
  const own = extras.filter(({ dialect }) => dialect === NAME).map(({ value }) => value);
  const { items, ...fields } = Object.assign({}, ...own) as JsonObject;
  return { fields, items: Array.isArray(items) ? items : [] };
};

/** A block's item, as far as it has come. */
export const itemOf = (
  block: Block,
  said: {
    readonly id: string;
    readonly status: 'in_progress' | 'completed';
    /** Undefined where there is none yet. */
    readonly part?: JsonObject | undefined;
    readonly content: string;
    readonly signature?: string | undefined;
  },
): JsonObject => {
  const { status, part, content } = said;
  switch (block.kind) {
    case 'tool-call': {
      const { name, signature } = block;
      const call_id = sealedId(block.id, signature);
      return { type: 'function_call', id: said.id, call_id, name, arguments: content, status };
    }
    case 'reasoning': {
      const seal = sealText({ signature: said.signature, redacted: block.redacted });
      return {
        type: 'reasoning',
        id: said.id,
        summary: content === '' ? [] : [{ type: 'summary_text', text: content }],
        ...(seal !== undefined && { encrypted_content: seal }),
      };
    }
    case 'image':
      return {
        type: 'image_generation_call',
        id: said.id,
        status,
        output_format: block.mediaType.replace(/^image\//, ''),
        result: content === '' ? null : content,
      };
    default:
      return {
        type: 'message',
        id: said.id,
        role: 'assistant',
        status,
        content: part ? [part] : [],
      };
  }
};

/** A text, or a refusal, with all that belongs to it. */
export const partOf = (
  kind: 'text' | 'refusal',
  { content, citations, logprobs }: Pick<WholeBlock, 'content' | 'citations' | 'logprobs'>,
): JsonObject => {
  if (kind === 'refusal') return { type: 'refusal', refusal: content };
  const told = logprobs.flatMap(tokensOf);
  return {
    type: 'output_text',
    text: content,
    annotations: citations.map(annotationOf),
    ...(told.length > 0 && { logprobs: told }),
  };
};

/** Log-probabilities stand in a list here. */
export const tokensOf = (logprobs: Json): Json[] => {
  const content = isObject(logprobs) ? own(logprobs, 'content') : undefined;
  return Array.isArray(content) ? content : [];
};

/** Which item of a response a block is: unique within it, and the same whole and streamed. */
export const itemId = (block: Block, index: number, response: string): string => {
  if (block.kind === 'reasoning' && block.id !== undefined) return block.id;
  return `${PREFIX[block.kind]}_${response.replace(/^resp_/, '')}_${index}`;
};

const PREFIX: Readonly<Record<Block['kind'], string>> = {
  text: 'msg',
  refusal: 'msg',
  reasoning: 'rs',
  'tool-call': 'fc',
  image: 'ig',
};
