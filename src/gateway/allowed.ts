import { type JsonObject, own } from '#core/json.ts';
import type { CallFallbacks } from '#gateway/call-fallbacks.ts';
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
  const rules = fallbacks?.rules ?? {};
  const lists = [rules.any, rules.contextWindow, rules.contentPolicy].flatMap((list) =>
    Object.values(list ?? {}),
  );
  for (const { model } of [...lists.flat(), ...(rules.always ?? [])]) pass.checkModel(model);
  const asked = own(body, 'model');
  if (typeof asked !== 'string') return body;
  const model = pass.aliasOf(asked);
  pass.checkModel(model);
  return model === asked ? body : { ...body, model };
};
