import type { Json, JsonObject } from '#core/json.ts';
import type { UpstreamError, Usage } from '#wire/chat-event.ts';
import type { ReplyHeaders, ToldError } from '#wire/dialect.ts';

/** A request for embeddings in no vendor's words. */
export interface EmbeddingRequest {
  readonly model: string;
  /** Each is a text, or a text as the numbers of its tokens. */
  readonly inputs: readonly (string | readonly number[])[];
  /** It stood alone: some dialects answer one in another form than a list of one. */
  readonly isSingle: boolean;
  /** Of each vector, where the caller wants another number than the model's own. */
  readonly dimensions?: number;
  /** What they are for, in OpenAI-compatible vendors' words: query, document, classification, … */
  readonly purpose?: string;
  /** Vectors are wanted as base64 of 32-bit floats. */
  readonly base64: boolean;
  readonly user?: string;
  /** Which dialect this was read from. */
  readonly dialect: string;
  /** What its reader has no word for: written again only by the same dialect. */
  readonly extra: JsonObject;
}

/** Fields of which a vendor may have no counterpart. */
export type EmbeddingField = 'dimensions' | 'purpose' | 'user';

export interface EmbeddingReply {
  readonly model: string;
  /** In the order of the inputs. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage?: Usage;
}

/** A wire dialect of embeddings, both directions. Pure. */
export interface EmbeddingDialect {
  readonly name: string;
  /** Its own names for the hub's fields, for errors in its callers' words. */
  readonly paramNames: Readonly<Partial<Record<EmbeddingField, string>>>;
  /** So many inputs a vendor takes in one call; as many as there are where absent. */
  readonly mostInputs?: (model: string) => number;
  /** Throws SpillwayError `invalid_request` with `param` set when the model or the input has a wrong type. */
  touchRequest(body: JsonObject): { readonly model: string };
  readRequest(body: JsonObject): EmbeddingRequest;
  /** Throws SpillwayError `invalid_request` on an input that this dialect cannot say. */
  writeRequest(
    request: EmbeddingRequest,
    to: { readonly model: string },
  ): { readonly body: JsonObject; readonly left: readonly EmbeddingField[] };
  /** Throws SpillwayError `upstream_invalid` when the body is not a reply of this dialect. */
  readReply(body: Json): EmbeddingReply;
  /** `request`: the caller's own, for the form that it wants. */
  writeReply(reply: EmbeddingReply, request: EmbeddingRequest): JsonObject;
  readError(status: number, headers: ReplyHeaders, body: string): UpstreamError;
  writeError(error: ToldError): JsonObject;
}
