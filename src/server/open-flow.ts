import type { LoadedConfig } from '#config/loaded.ts';
import type { Clock } from '#core/clock.ts';
import { newCallId } from '#core/ids.ts';
import { isStarPattern } from '#core/star-pattern.ts';
import type { App } from '#flow/dsl/app.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import { CURRENT_VERSION } from '#flow/dsl/version.ts';
import type { RunEvent } from '#flow/events.ts';
import { modelResolver } from '#flow/model-map.ts';
import { prepareFlow } from '#flow/prepare.ts';
import { runFlow } from '#flow/run.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import { createFlowServices } from '#server/flow-services.ts';

export interface OpenFlow {
  readonly name: string;
  /** What a person should know before it runs. */
  readonly notes: readonly string[];
  run(options: {
    readonly gateway: GatewayDeps;
    readonly query: string;
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
  const names = [...new Set(config.deployments.map((deployment) => deployment.group))];
  const resolveModel = modelResolver({
    groups: names.filter((name) => !isStarPattern(name)),
    patterns: names.filter(isStarPattern),
    mappings: config.apps.models,
  });
  const app = parseApp(text, file);
  const flow = prepareFlow(app, { resolveModel });
  return {
    name: app.name,
    notes: app.compatibility === 'pending' ? [newer(app)] : [],
    run: ({ gateway, query, clock, signal }) =>
      runFlow(flow, {
        query,
        inputs: {},
        services: createFlowServices(gateway),
        clock,
        ids: { run: newCallId() },
        ...(signal && { signal }),
      }),
  };
};

const newer = ({ file, version }: App): string =>
  `${file} is of DSL version ${version}, newer than ${CURRENT_VERSION}: it runs as far as it is understood.`;
