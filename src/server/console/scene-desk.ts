import type { JsonObject } from '#core/json.ts';
import type { SceneDesk } from '#gateway/console/deps.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { drawingOf } from '#server/apps/drawing.ts';
import type { OpenFlow } from '#server/open-flow.ts';

/** One app over a gateway, to be looked at and run by hand. */
export const createSceneDesk = (flow: OpenFlow, gateway: GatewayDeps): SceneDesk => ({
  show: () => drawingOf(flow.app),
  async *run(query, signal) {
    for await (const event of flow.run({ gateway, query, clock: gateway.clock, signal }))
      yield event as unknown as JsonObject;
  },
});
