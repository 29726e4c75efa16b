import { type JsonObject, own } from '#core/json.ts';
import type { CallFallbacks } from '#gateway/call-fallbacks.ts';
import type { FallbackTarget } from '#gateway/fallbacks.ts';
import type { Pass } from '#keys/pass.ts';

/**
 * The body as a key's own names for models have it. Throws SpillwayError where the key may not use
 * the model, or one that its caller would have asked instead.
 */
export const allowed = (
  body: JsonObject,
  pass: Pass,
  fallbacks: CallFallbacks | undefined,
): JsonObject => {
  if (fallbacks) for (const { model } of targetsIn(fallbacks)) pass.checkModel(model);
  const asked = own(body, 'model');
  if (typeof asked !== 'string') return body;
  const model = pass.aliasOf(asked);
  pass.checkModel(model);
  return model === asked ? body : { ...body, model };
};

const targetsIn = ({ rules }: CallFallbacks): readonly FallbackTarget[] => {
  const { any, contextWindow, contentPolicy, always = [] } = rules;
  const lists = [any, contextWindow, contentPolicy].flatMap((list) => Object.values(list ?? {}));
  return [...lists.flat(), ...always];
};
