import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Usage } from '#wire/chat-event.ts';
import { bad, bool, count, modelName } from '#wire/check.ts';
import { readError, writeError } from '#wire/cohere-chat/error.ts';
import { listAt } from '#core/fields.ts';

/** What is put in order: how much each document has to do with a question. */
export interface RerankRequest {
  readonly model: string;
  /** As texts; what was sent as an object and has no text is its JSON. */
  readonly documents: readonly string[];
  /** Whether the answer repeats the documents. */
  readonly returnsDocuments: boolean;
}

/** Throws SpillwayError `invalid_request` with `param` set on a field of a wrong type. */
const readRequest = (body: JsonObject): RerankRequest => {
  const model = modelName(body);
  const query = own(body, 'query');
  if (typeof query !== 'string') return bad('query', 'a text', query);
  const documents = own(body, 'documents');
  if (!Array.isArray(documents)) return bad('documents', 'an array of texts', documents);
  count(body, 'top_n', 1);
  return {
    model,
    documents: documents.map((document, i) => textOf(document, `documents.${i}`)),
    returnsDocuments: bool(body, 'return_documents'),
  };
};

const textOf = (document: Json, param: string): string => {
  if (typeof document === 'string') return document;
  if (!isObject(document)) return bad(param, 'a text, or an object with one', document);
  const text = own(document, 'text');
  return typeof text === 'string' ? text : JSON.stringify(document);
};

/** Fields of older versions of the vendor's API, which newer ones refuse. */
const OLDER = new Set(['return_documents', 'rank_fields', 'max_chunks_per_doc']);

/** The same request as its vendors take it: texts, and nothing repeated. */
const writeRequest = (
  body: JsonObject,
  { documents }: RerankRequest,
  { model }: { readonly model: string },
): JsonObject => {
  const said = Object.entries(body).filter(([key]) => !OLDER.has(key));
  return { ...Object.fromEntries(said), model, documents: [...documents] };
};

const tokens = (value: Json | undefined, key: string): number | undefined => {
  const number = isObject(value) ? own(value, key) : undefined;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
};

/** Some count tokens, under one of two names; others count searches, which are no tokens. */
const readUsage = (body: JsonObject): Usage | undefined => {
  const meta = own(body, 'meta');
  const counted = isObject(meta) ? own(meta, 'tokens') : undefined;
  const inputTokens = tokens(counted, 'input_tokens') ?? tokens(own(body, 'usage'), 'total_tokens');
  return inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0 };
};

/**
 * A reply of any of its vendors in one form: `results` with the documents where they were asked for.
 * Throws SpillwayError `upstream_invalid` when the body is no reply.
 */
const readReply = (
  body: Json,
  { documents, returnsDocuments }: RerankRequest,
): { readonly body: JsonObject; readonly usage?: Usage } => {
  if (!isObject(body) || !Array.isArray(own(body, 'results') ?? own(body, 'data')))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without results; try again.',
    );
  const field = own(body, 'results') === undefined ? 'data' : 'results';
  const results = listAt(body, field).map(({ document: _, ...result }) => {
    const index = own(result, 'index');
    const text = typeof index === 'number' ? documents[index] : undefined;
    return returnsDocuments && text !== undefined ? { ...result, document: { text } } : result;
  });
  const { data: __, ...others } = body;
  const usage = readUsage(body);
  return { body: { ...others, results }, ...(usage && { usage }) };
};

/** Cohere's reranking, as others have copied it: Jina, Infinity, vLLM and more. */
export const cohereRerank = {
  name: 'cohere-rerank',
  readRequest,
  writeRequest,
  readReply,
  readError,
  writeError,
};
