import { SpillwayError } from '#core/errors.ts';
import { own } from '#core/json.ts';
import { invalidParameter } from '#simulator/complaints.ts';
import { drawId } from '#simulator/draw.ts';
import type { ModelCall } from '#simulator/model-call.ts';
import { drawPace } from '#simulator/pace.ts';
import { Refused } from '#simulator/refused.ts';
import { countTokens } from '#simulator/tokens.ts';
import { textAt } from '#core/fields.ts';
import { type RerankRequest, cohereRerank } from '#wire/cohere-rerank/index.ts';

/** Documents that have more of the question's words come first; equal ones as they were sent. Throws Refused. */
export const serveRerank = async (call: ModelCall): Promise<void> => {
  const model = call.model();
  const { documents } = readRequest(call);
  const query = textAt(call.body, 'query');
  const { latency, random } = call.world;
  const texts = documents.map((document) => `${query} ${document}`);
  const inputTokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const size = { characters, otherTokens: 0, promptTokens: inputTokens, cachedTokens: 0 };
  call.charge(model, { ...size, choices: 0 });
  const { exchange } = call;
  const complete = await exchange.until(drawPace(latency, inputTokens, random).firstTokenMs);
  call.end({ status: complete ? 200 : 499, inputTokens, outputTokens: 0 });
  if (!complete) return;
  const most = own(call.body, 'top_n');
  const results = ranked(query, documents).slice(0, Number(most ?? documents.length));
  await exchange.sendJson(200, call.headers(), {
    id: drawId('', 29, random),
    results,
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
  });
};

const readRequest = (call: ModelCall): RerankRequest => {
  try {
    return cohereRerank.readRequest(call.body);
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError)) throw thrown;
    throw new Refused(invalidParameter(thrown.message, thrown.param));
  }
};

const wordsOf = (text: string): readonly string[] => text.toLowerCase().split(/[^\p{L}\p{N}]+/u);

const ranked = (
  query: string,
  documents: readonly string[],
): { readonly index: number; readonly relevance_score: number }[] => {
  const asked = new Set(wordsOf(query).filter((word) => word !== ''));
  return documents
    .map((document, index) => {
      const found = new Set(wordsOf(document).filter((word) => asked.has(word)));
      const share = asked.size === 0 ? 0 : found.size / asked.size;
      return { index, relevance_score: Math.round(share * 1e6) / 1e6 };
    })
    .toSorted((a, b) => b.relevance_score - a.relevance_score);
};
