import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import { field, objectsIn } from '#wire/gemini/fields.ts';

/** `logprobsResult` as OpenAI gives log-probabilities; undefined where it has none. */
export const readLogprobs = (result: JsonObject | undefined): Json | undefined => {
  const chosen = objectsIn(result, 'chosenCandidates');
  if (chosen.length === 0) return undefined;
  const top = objectsIn(result, 'topCandidates');
  const content = chosen.map((each, i) => ({
    ...tokenOf(each),
    top_logprobs: objectsIn(top[i], 'candidates').map(tokenOf),
  }));
  return { content, refusal: null };
};

const tokenOf = (candidate: JsonObject): JsonObject => {
  const said = field(candidate, 'token');
  const token = typeof said === 'string' ? said : '';
  const logprob = field(candidate, 'logProbability');
  return {
    token,
    logprob: typeof logprob === 'number' ? logprob : 0,
    bytes: [...Buffer.from(token)],
  };
};

export const writeLogprobs = (values: readonly Json[]): JsonObject | undefined => {
  const tokens = values.flatMap((value) => {
    const content = isObject(value) ? own(value, 'content') : undefined;
    return Array.isArray(content) ? content.filter(isObject) : [];
  });
  if (tokens.length === 0) return undefined;
  return {
    chosenCandidates: tokens.map(candidateOf),
    topCandidates: tokens.map((token) => {
      const top = own(token, 'top_logprobs');
      return { candidates: Array.isArray(top) ? top.filter(isObject).map(candidateOf) : [] };
    }),
  };
};

const candidateOf = (token: JsonObject): JsonObject => ({
  token: own(token, 'token') ?? '',
  logProbability: own(token, 'logprob') ?? 0,
});
