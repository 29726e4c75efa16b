import { SpillwayError } from '#core/errors.ts';
import { invalidParameter } from '#simulator/complaints.ts';
import type { ModelCall } from '#simulator/model-call.ts';
import { drawPace } from '#simulator/pace.ts';
import { Refused } from '#simulator/refused.ts';
import { countTokens } from '#simulator/tokens.ts';
import { rounded, vectorOf } from '#simulator/vectors.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { dialects } from '#wire/dialects.ts';
import type { EmbeddingDialect, EmbeddingRequest } from '#wire/embedding.ts';

interface Embedding {
  readonly dialect: EmbeddingDialect;
  /** Of the same vendor's conversations: for what goes wrong. */
  readonly vendor: ChatDialect;
}

/** By path, as `locate` leads to it. */
export const EMBEDDINGS: ReadonlyMap<string, Embedding> = new Map<string, Embedding>([
  [
    '/v1beta/models:embedContents',
    { dialect: dialects['gemini-embeddings'], vendor: dialects.gemini },
  ],
  ['/v1beta/models:predict', { dialect: dialects['vertex-embeddings'], vendor: dialects.gemini }],
  ['/v2/embed', { dialect: dialects['cohere-embeddings'], vendor: dialects['cohere-chat'] }],
  [
    '/model/embed',
    { dialect: dialects['cohere-embeddings'], vendor: dialects['bedrock-converse'] },
  ],
  ['/model/titan', { dialect: dialects['titan-embeddings'], vendor: dialects['bedrock-converse'] }],
]);

const MOST_INPUTS = 100;

/** Embeddings of one text or of many, in the dialect of their place. Throws Refused. */
export const serveTranslatedEmbeddings = async (
  call: ModelCall,
  dialect: EmbeddingDialect,
): Promise<void> => {
  const model = call.model();
  const request = readRequest(call, dialect);
  const { inputs, dimensions = call.profile.embeddingDimensions(model) } = request;
  const texts = inputs.map((input) => (typeof input === 'string' ? input : ''));
  const promptTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  call.charge(model, { characters, otherTokens: 0, promptTokens, cachedTokens: 0, choices: 0 });
  const { latency, random } = call.world;
  const complete = await call.exchange.until(drawPace(latency, promptTokens, random).firstTokenMs);
  call.end({ status: complete ? 200 : 499, inputTokens: promptTokens, outputTokens: 0 });
  if (!complete) return;
  const vectors = inputs.map((input) => rounded(vectorOf(input, dimensions)));
  const usage = { inputTokens: promptTokens, outputTokens: 0 };
  const reply = dialect.writeReply({ model, vectors, usage }, request);
  await call.exchange.sendJson(200, call.headers(), reply);
};

const readRequest = ({ body }: ModelCall, dialect: EmbeddingDialect): EmbeddingRequest => {
  try {
    const request = dialect.readRequest(body);
    if (request.inputs.length >= 1 && request.inputs.length <= MOST_INPUTS) return request;
    const message = `At most ${MOST_INPUTS} requests can be in one batch.`;
    throw new SpillwayError('invalid_request', message, { param: 'requests' });
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError)) throw thrown;
    throw new Refused(invalidParameter(thrown.message, thrown.param));
  }
};
