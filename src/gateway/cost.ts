import { costOf } from '#core/price.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { type Course, modelAt } from '#gateway/course.ts';
import type { Target } from '#upstream/target.ts';
import type { Usage } from '#wire/chat-event.ts';

interface Priced {
  readonly target: Target;
  readonly course: Course;
  readonly now: number;
}

/**
 * What an answer comes to now, nano-dollars; undefined where its vendor has told no usage, or something
 * that was used has no price.
 */
export const costFrom = (
  { prices }: GatewayDeps,
  { target, course, now }: Priced,
  usage: Usage | undefined,
): number | undefined =>
  usage && costOf(prices(target.spec.name, modelAt(target.spec, course), now), usage);
