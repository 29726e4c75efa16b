import { SpillwayError } from '#core/errors.ts';
import { isObject, type JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { fileValue } from '#flow/file.ts';
import type { NodeEvent, NodeType } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import { filledValues, valueReads } from '#flow/nodes/tool-values.ts';
import type { ToolRef } from '#flow/ports.ts';

const mapSchema = z.custom<JsonObject>(isObject, 'a map').nullish();

const config = z.object({
  provider_id: z.string().nullish(),
  provider_name: z.string().nullish(),
  provider_type: z.string().nullish(),
  tool_name: z.string(),
  tool_configurations: mapSchema,
  tool_parameters: mapSchema,
});

type Config = z.infer<typeof config>;

const givenTo = ({ tool_configurations: settings, tool_parameters: parameters }: Config) => ({
  ...settings,
  ...parameters,
});

const refOf = (config: Config): ToolRef => ({
  kind: config.provider_type ?? 'builtin',
  provider: config.provider_name || config.provider_id || '',
  tool: config.tool_name,
  ...(config.provider_id && { providerId: config.provider_id }),
});

const tool: NodeType<Config> = {
  type: 'tool',
  config,
  outputs: () => ({ text: 'string', files: 'array', json: 'array' }),
  reads: (config) => valueReads(givenTo(config)),
  async *run(node) {
    const { runId, signal, deadline, depth, config } = node;
    const inputs = filledValues(givenTo(config), node);
    const ref = refOf(config);
    const tools = serviceOf(node, 'tools');
    if (!tools.find(ref)) throw noSuchTool(ref);
    const told: NodeEvent[] = [];
    const tell = (event: NodeEvent): number => told.push(event);
    const [used] = await Promise.allSettled([
      tools.use(ref, { inputs, runId, signal, deadline, depth, tell }),
    ]);
    yield* told;
    if (used.status === 'rejected') throw SpillwayError.from(used.reason);
    const { text, json, files, spent } = used.value;
    return { inputs, outputs: { text, json: [...json], files: files.map(fileValue) }, ...spent };
  },
};

export default tool;

export const noSuchTool = ({ kind, provider, tool: name }: ToolRef): SpillwayError =>
  new SpillwayError(
    'node_failed',
    `There is no tool ${JSON.stringify(name)} of ${JSON.stringify(provider)} (${kind}) here; add it to spillway_settings.apps.tools.`,
  );
