import { createHook } from 'node:async_hooks';

/** The last one of each kind of what Node makes for itself, by its name for it. */
const kept = new Map<string, object>();

/**
 * V8 forgets the shape of objects that nobody has any more. Where a process has waited through a few
 * collections, or has just loaded a lot, that is so of what Node makes for `process.nextTick`, and from
 * then on each call of that takes eight times as long: a request has seven. Hence one of each is kept.
 * Promises are left out: to hear of them once makes all of them slower. Returns what is kept.
 */
export const keepShapes = (): ReadonlyMap<string, object> => {
  const hook = createHook({
    init: (...[, kind, , resource]) => void kept.set(kind, resource),
    trackPromises: false,
  });
  hook.enable();
  process.nextTick(nothing);
  setImmediate(nothing);
  setTimeout(nothing, 0);
  hook.disable();
  return kept;
};

const nothing = (): void => {};
