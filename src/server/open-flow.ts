import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import { formatFindings } from '#core/finding.ts';
import { newCallId } from '#core/ids.ts';
import type { JsonObject } from '#core/json.ts';
import type { App } from '#flow/dsl/app.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import { CURRENT_VERSION } from '#flow/dsl/version.ts';
import type { RunEvent } from '#flow/events.ts';
import type { FlowServices } from '#flow/ports.ts';
import { prepareFlow } from '#flow/prepare.ts';
import { runFlow } from '#flow/run.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { addressGuard } from '#net/address-guard.ts';
import { createGuardedClient } from '#net/guarded-client.ts';
import { createSandbox } from '#sandbox/sandbox.ts';
import { resolverOf } from '#server/apps/config-groups.ts';
import { flowFiles } from '#server/apps/flow-files.ts';
import { toolBox } from '#server/apps/tools/tool-box.ts';
import { createFlowServices, type FlowSurroundings } from '#server/flow-services.ts';
import { ServedApps } from '#service-api/served-apps.ts';
import { Uploads } from '#service-api/uploads.ts';

export interface OpenFlow {
  readonly name: string;
  /** What a person should know before it runs. */
  readonly notes: readonly string[];
  readonly app: App;
  run(options: {
    readonly gateway: GatewayDeps;
    readonly query: string;
    /** For the app's start node. */
    readonly inputs?: JsonObject;
    readonly clock: Clock;
    readonly signal?: AbortSignal;
  }): AsyncGenerator<RunEvent, void>;
}

/** An app's file, checked against a config's groups. Throws FindingsError with all that is wrong. */
export const openFlow = (source: {
  readonly text: string;
  readonly file: string;
  readonly config: LoadedConfig;
}): OpenFlow => {
  const { text, file, config } = source;
  const app = parseApp(text, file);
  const flow = prepareFlow(app, { resolveModel: resolverOf(config) });
  return {
    name: app.name,
    app,
    notes: [
      ...(app.compatibility === 'pending' ? [newer(app)] : []),
      ...(flow.findings.length > 0 ? formatFindings(flow.findings).split('\n') : []),
    ],
    async *run({ gateway, query, inputs = {}, clock, signal }) {
      const sandbox = createSandbox(clock);
      const client = createGuardedClient({ guard: addressGuard(config.apps.allow ?? []), clock });
      try {
        yield* runFlow(flow, {
          query,
          inputs,
          services: servicesOf(gateway, { sandbox, client }),
          clock,
          ids: { run: newCallId() },
          ...(signal && { signal }),
        });
      } finally {
        await Promise.all([sandbox.close(), client.close()]);
      }
    },
  };
};

/** Whoever runs a flow by hand. */
const NOBODY = { appId: '', user: '' };

const servicesOf = (gateway: GatewayDeps, around: FlowSurroundings): FlowServices => {
  const { clock } = gateway;
  const { client } = around;
  const plain: FlowServices = {
    ...createFlowServices(gateway, around),
    files: flowFiles({ uploads: new Uploads({ clock, log: gateway.log }), client, clock }, NOBODY),
  };
  const tools = toolBox({ clock, apis: [], apps: new ServedApps(), services: () => plain });
  return { ...plain, tools };
};

const newer = ({ file, version }: App): string =>
  `${file} is of DSL version ${version}, newer than ${CURRENT_VERSION}: it runs as far as it is understood.`;
