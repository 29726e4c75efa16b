import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';
import { type FlowFile, readFile } from '#flow/file.ts';
import type { RunEvent } from '#flow/events.ts';
import type {
  CallSpent,
  FlowServices,
  FlowTool,
  FlowTools,
  Served,
  ToolAnswer,
  ToolCall,
  ToolRef,
} from '#flow/ports.ts';
import { runFlow } from '#flow/run.ts';
import { asText } from '#flow/show.ts';
import { spentOf } from '#flow/spent.ts';
import { newCallId } from '#core/ids.ts';
import { builtinTools } from '#server/apps/tools/builtin-tools.ts';
import { type OpenApiTool, toolAnswer, toolRequest } from '#server/apps/tools/openapi-tools.ts';
import { formOf } from '#service-api/app-routes.ts';
import type { ServedApp, ServedApps } from '#service-api/served-apps.ts';

/** An API whose operations are tools. */
export interface ToolApi {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tools: readonly OpenApiTool[];
}

export interface ToolBoxOptions {
  readonly clock: Clock;
  readonly apis: readonly ToolApi[];
  readonly apps: ServedApps;
  /** What a tool may ask of the world: a workflow, or an API. */
  readonly services: (workflow?: ServedApp) => FlowServices;
}

/** Flows that call flows nest so deep. */
const DEEPEST = 5;

/** Every tool that there is: the built-in ones, those of APIs, and workflows. */
export const toolBox = (options: ToolBoxOptions): FlowTools => {
  const builtin = builtinTools(options.clock);
  const builtinOf = ({ provider, tool }: ToolRef) =>
    builtin[provider.split('/').at(-1) ?? '']?.[tool];
  const apiOf = ({ provider, tool }: ToolRef) => {
    const api = options.apis.find(({ name }) => name === provider);
    const found = api?.tools.find(({ name }) => name === tool);
    return api && found ? { api, found } : undefined;
  };
  const flowFor = (ref: ToolRef): ServedApp | undefined =>
    ref.kind === 'workflow' ? workflowOf(options.apps, ref) : undefined;
  return {
    find(ref) {
      const workflow = flowFor(ref);
      return workflow ? workflowTool(workflow, ref.tool) : (apiOf(ref)?.found ?? builtinOf(ref));
    },
    async use(ref, call) {
      const workflow = flowFor(ref);
      if (workflow) return runWorkflow(options, workflow, call);
      const api = apiOf(ref);
      const { fetch } = options.services();
      if (api && fetch)
        return toolAnswer(
          await fetch(toolRequest(api.found, call.inputs, api.api.headers), call.signal),
        );
      const tool = builtinOf(ref);
      if (tool) return tool.run(call.inputs);
      throw new SpillwayError('node_failed', `There is no tool ${ref.provider}/${ref.tool}.`);
    },
  };
};

/** A workflow that is a tool goes by its app's name, or by the name that it has as a tool. */
const workflowOf = (apps: ServedApps, { provider, tool, providerId }: ToolRef) =>
  apps
    .all()
    .find(
      ({ id, app, flow }) =>
        flow !== undefined &&
        app.mode === 'workflow' &&
        [provider, tool, providerId].some((name) => name === app.name || name === id),
    );

const workflowTool = (served: ServedApp, name: string): FlowTool => {
  const fields = formOf(served).flatMap((field) => Object.values(field).filter(isObject));
  const properties = Object.fromEntries(
    fields.map((field): [string, JsonObject] => [
      asText(own(field, 'variable') ?? ''),
      { type: own(field, 'type') === 'number' ? 'number' : 'string' },
    ]),
  );
  const required = fields
    .filter((field) => own(field, 'required') === true)
    .map((field) => own(field, 'variable') ?? '');
  return {
    name,
    description: served.app.description || served.app.name,
    schema: { type: 'object', properties, required },
  };
};

/** What a workflow leaves that is a file, alone or in a list. */
const filesOf = (outputs: JsonObject): FlowFile[] =>
  Object.values(outputs).flatMap((value) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => readFile(one) ?? []),
  );

const runWorkflow = async (
  { clock, services }: ToolBoxOptions,
  served: ServedApp,
  { inputs, signal, deadline, depth, tell }: ToolCall,
): Promise<ToolAnswer> => {
  const { flow, id, workflowId } = served;
  if (!flow) throw new SpillwayError('node_failed', 'The workflow cannot run.');
  if (depth + 1 > DEEPEST)
    throw new SpillwayError('too_large', `Workflows call each other more than ${DEEPEST} deep.`);
  const ids = { run: newCallId(), app: id, workflow: workflowId };
  const around = { services: services(served), clock, ids, depth: depth + 1, signal, deadline };
  for await (const event of runFlow(flow, { query: '', inputs, ...around })) {
    const told = toldBy(event);
    if (told) tell?.(told);
    if (event.type !== 'run-finish') continue;
    if (event.status === 'failed' || event.status === 'stopped')
      throw new SpillwayError('node_failed', event.error?.message ?? 'The workflow was stopped.');
    const outputs = { ...event.outputs };
    const [only] = Object.values(outputs);
    const text =
      Object.keys(outputs).length === 1 && typeof only === 'string'
        ? only
        : JSON.stringify(outputs);
    return { text, json: [outputs], files: filesOf(outputs), spent: spentOf(event) };
  }
  throw new SpillwayError('node_failed', 'The workflow ended without an end.');
};

/** A model call of a workflow is one of the node that uses it, too. */
const toldBy = (event: RunEvent): Served | CallSpent | undefined => {
  if (event.type !== 'node-served' && event.type !== 'node-spent') return undefined;
  const { at: _, step: _step, nodeId: _node, within: _within, ...told } = event;
  return told.type === 'node-served' ? { ...told, type: 'served' } : { ...told, type: 'spent' };
};
