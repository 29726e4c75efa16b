import type { JsonObject } from '#core/json.ts';
import type { Abilities } from '#wire/anthropic-messages/abilities.ts';
import { DIALECT } from '#wire/anthropic-messages/fields.ts';
import type { ChatRequest, RequestField } from '#wire/chat-request.ts';

/** The least `top_p` of a model that thinks. */
const LEAST_TOP_P = 0.95;

interface Sampling {
  readonly fields: JsonObject;
  readonly left: readonly RequestField[];
}

/** How the next token is drawn, and where it ends. A value that changes nothing is not sent to who refuses it. */
export const writeSampling = (
  request: ChatRequest,
  { abilities, isThinking }: { readonly abilities: Abilities; readonly isThinking: boolean },
): Sampling => {
  const { temperature, topP, topK, stop } = request;
  const all = { temperature, topP, topK, stop };
  if (request.dialect === DIALECT) return { fields: fieldsOf(all), left: [] };
  const left: RequestField[] = [];
  const isRefused = abilities.sampling === 'none';
  const taken: Wishes = {};
  if (temperature !== undefined && temperature !== 1) {
    if (isRefused || isThinking) left.push('temperature');
    else taken.temperature = temperature;
  }
  if (topP !== undefined && topP !== 1) {
    const isOneTooMany = abilities.sampling === 'one' && taken.temperature !== undefined;
    if (isRefused || isOneTooMany || (isThinking && topP < LEAST_TOP_P)) left.push('topP');
    else taken.topP = topP;
  }
  if (topK !== undefined) {
    if (isRefused || isThinking) left.push('topK');
    else taken.topK = topK;
  }
  // Ends that consist of white space are refused.
  const ends = stop?.filter((each) => each.trim() !== '');
  if (ends && ends.length < (stop?.length ?? 0)) left.push('stop');
  if (ends && ends.length > 0) taken.stop = ends;
  return { fields: fieldsOf(taken), left };
};

interface Wishes {
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  stop?: readonly string[] | undefined;
}

const fieldsOf = ({ temperature, topP, topK, stop }: Wishes): JsonObject => ({
  ...(temperature !== undefined && { temperature }),
  ...(topP !== undefined && { top_p: topP }),
  ...(topK !== undefined && { top_k: topK }),
  ...(stop && { stop_sequences: [...stop] }),
});
