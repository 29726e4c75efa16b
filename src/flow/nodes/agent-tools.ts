import { mapAt } from '#core/fields.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { noSuchTool } from '#flow/nodes/tool.ts';
import { filledValues } from '#flow/nodes/tool-values.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import type { FlowTool, ToolRef } from '#flow/ports.ts';

/** A tool that an agent may use, and what it is given without the model having a say. */
export interface AgentTool {
  readonly ref: ToolRef;
  readonly tool: FlowTool;
  readonly fixed: JsonObject;
}

/** Ten are as many as a model keeps apart; what is beyond is left out, as in Dify. */
const MOST_TOOLS = 10;

/** The tools of an agent that are switched on. Throws SpillwayError `node_failed` for one that is not there. */
export const agentTools = (node: NodeRun<unknown>, list: Json): AgentTool[] =>
  (Array.isArray(list) ? list : [])
    .filter(isObject)
    .filter((entry) => own(entry, 'enabled') !== false)
    .slice(0, MOST_TOOLS)
    .map((entry) => {
      const ref = refOf(entry);
      const tool = serviceOf(node, 'tools').find(ref);
      if (!tool) throw noSuchTool(ref);
      const extra = own(entry, 'extra');
      const told = isObject(extra) ? own(extra, 'description') : undefined;
      const fixed = filledValues({ ...mapAt(entry, 'settings'), ...fixedOf(entry) }, node);
      return {
        ref,
        fixed,
        tool: {
          ...tool,
          ...(typeof told === 'string' && told !== '' && { description: told }),
          schema: without(tool.schema, Object.keys(fixed)),
        },
      };
    });

const textAt = (entry: JsonObject, ...names: string[]): string => {
  for (const name of names) {
    const value = own(entry, name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
};

const refOf = (entry: JsonObject): ToolRef => ({
  kind: textAt(entry, 'type', 'provider_type') || 'builtin',
  provider: textAt(entry, 'provider_name', 'provider_id', 'provider'),
  tool: textAt(entry, 'tool_name'),
});

/** Parameters that a person has filled in; the others are the model's. */
const fixedOf = (entry: JsonObject): JsonObject => {
  const plain = mapAt(entry, 'tool_parameters');
  const given = Object.entries(mapAt(entry, 'parameters')).flatMap(([name, parameter]) => {
    if (!isObject(parameter) || own(parameter, 'auto') !== 0) return [];
    return [[name, own(parameter, 'value') ?? null] as const];
  });
  const filled = Object.entries(plain).filter(([, value]) => value !== '' && value !== null);
  return { ...Object.fromEntries(filled), ...Object.fromEntries(given) };
};

/** A schema without the properties that are filled in already. */
const without = (schema: JsonObject, names: readonly string[]): JsonObject => {
  const properties = mapAt(schema, 'properties');
  const required = own(schema, 'required');
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).filter(([name]) => !names.includes(name)),
    ),
    ...(Array.isArray(required) && {
      required: required.filter((name) => typeof name === 'string' && !names.includes(name)),
    }),
  };
};
