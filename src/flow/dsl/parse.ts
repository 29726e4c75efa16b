import { checkPart, type Part } from '#core/check-schema.ts';
import { FindingsError, type Path } from '#core/finding.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { z } from '#core/schema.ts';
import { type LargestYaml, readYaml, type YamlDocument } from '#core/yaml.ts';
import type { App, DslEdge, DslNode, WrittenMode } from '#flow/dsl/app.ts';
import { featuresOf } from '#flow/dsl/features.ts';
import { flowOfModelConfig } from '#flow/dsl/model-config.ts';
import { bodySchema, headSchema, modelConfigSchema, type Workflow } from '#flow/dsl/schema.ts';
import { compatibilityOf, FIRST_VERSION } from '#flow/dsl/version.ts';

/**
 * Reads an app as Dify exports it; `file` is what messages call it. Throws FindingsError
 * `flow_invalid` with every place at fault. Unknown keys and node types are no faults.
 */
export const parseApp = (text: string, file: string): App => {
  const document = read(text, file);
  const root = document.value;
  const invalid = (path: Path, message: string): FindingsError =>
    new FindingsError(
      [{ file, ...document.position(path), path: path.join('.'), message }],
      'flow_invalid',
    );
  if (!isObject(root) || !isObject(own(root, 'app'))) throw invalid([], NOT_AN_APP);
  const whole: Part = { document, file, path: [], value: root };
  const { app, version: written } = check(whole, headSchema);
  const { mode } = app;
  if (!isMode(mode)) throw invalid(['app', 'mode'], WRONG_MODE);
  const version = written || FIRST_VERSION;
  const compatibility = compatibilityOf(version);
  if (!compatibility)
    throw invalid(['version'], 'this is no version; expected "0.4.0" or the like');
  return {
    file,
    name: app.name || file,
    written: mode,
    description: app.description ?? '',
    icon: {
      type: app.icon_type ?? 'emoji',
      value: app.icon ?? '',
      background: app.icon_background ?? '#FFFFFF',
    },
    version,
    compatibility,
    ...(mode === 'workflow' || mode === 'advanced-chat'
      ? { mode, ...workflowOf(check(whole, bodySchema).workflow) }
      : modelAppOf(check(whole, modelConfigSchema).model_config, mode)),
    document,
  };
};

type Body = Pick<
  App,
  | 'nodes'
  | 'edges'
  | 'environment'
  | 'secrets'
  | 'conversation'
  | 'conversationVariables'
  | 'features'
>;

const workflowOf = (workflow: Workflow): Body => ({
  nodes: nodesOf(workflow),
  edges: edgesOf(workflow),
  environment: valuesOf(workflow.environment_variables),
  secrets: secretsOf(workflow.environment_variables),
  conversation: valuesOf(workflow.conversation_variables),
  conversationVariables: (workflow.conversation_variables ?? []).map((variable) => ({
    id: String(variable.id ?? variable.name),
    name: variable.name,
    type: variable.value_type ?? 'string',
    description: variable.description ?? '',
  })),
  features: featuresOf(workflow.features ?? {}),
});

const modelAppOf = (config: JsonObject, mode: WrittenMode): Body & Pick<App, 'mode'> => ({
  mode: 'advanced-chat',
  ...flowOfModelConfig(config, mode),
  environment: {},
  secrets: [],
  conversation: {},
  conversationVariables: [],
  features: featuresOf(config),
});

const NOT_AN_APP =
  'this is not an app: there is no `app` section with its data; export the app from Dify as DSL';

// Reading as much keeps everybody else waiting for some 200 ms. An app of 500 model nodes has less,
// and a run goes through no more of them.
const LARGEST_APP: LargestYaml = {
  lexemes: 150_000,
  hint: 'an app of at most 150,000 words and signs of YAML, some 20,000 lines or 500 nodes',
};

const read = (text: string, file: string): YamlDocument => {
  try {
    return readYaml(text, file, LARGEST_APP);
  } catch (error) {
    throw error instanceof FindingsError
      ? new FindingsError(error.findings, 'flow_invalid')
      : error;
  }
};

const check = <T>(part: Part, schema: z.ZodType<T>): T => {
  const checked = checkPart(part, schema);
  if ('findings' in checked) throw new FindingsError(checked.findings, 'flow_invalid');
  return checked.value;
};

const MODES: readonly string[] = [
  'advanced-chat',
  'workflow',
  'chat',
  'agent-chat',
  'completion',
] satisfies WrittenMode[];

const isMode = (mode: string): mode is WrittenMode => MODES.includes(mode);

const WRONG_MODE = `this is no mode of an app; expected one of ${MODES.join(', ')}`;

const nodesOf = ({ graph }: Workflow): DslNode[] =>
  (graph.nodes ?? []).flatMap((node, i) => {
    // A sticky note on the canvas, whatever its data says.
    if (node.type === 'custom-note') return [];
    const data = node.data ?? {};
    return {
      id: node.id,
      type: textOf(own(data, 'type')),
      title: textOf(own(data, 'title')).trim() || node.id,
      ...parentOf(node.parentId, data),
      data,
      path: ['workflow', 'graph', 'nodes', i, 'data'],
    };
  });

/** Files of different ages say in different places which container a node lives in. */
const parentOf = (
  parentId: string | null | undefined,
  data: JsonObject,
): { readonly parentId?: string } => {
  const id =
    parentId || textOf(own(data, 'iteration_id')) || textOf(own(data, 'loop_id')) || undefined;
  return id === undefined ? {} : { parentId: id };
};

const textOf = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const edgesOf = ({ graph }: Workflow): DslEdge[] =>
  (graph.edges ?? []).flatMap(({ source, target, sourceHandle }, i) =>
    source === '' || target === ''
      ? []
      : {
          source,
          target,
          sourceHandle: sourceHandle || 'source',
          path: ['workflow', 'graph', 'edges', i],
        },
  );

const valuesOf = (variables: Workflow['environment_variables']): Record<string, Json> =>
  Object.fromEntries((variables ?? []).map((variable) => [variable.name, valueOf(variable)]));

/** A number is one however the file writes it; a text that is none stays what it is. */
const valueOf = ({ value, value_type: type }: Variable): Json => {
  if (typeof value !== 'string' || !isNumberType(type)) return value ?? null;
  return NUMBER.test(value.trim()) ? Number(value) : value;
};

type Variable = NonNullable<Workflow['environment_variables']>[number];

const isNumberType = (type: string | null | undefined): boolean =>
  type === 'number' || type === 'integer' || type === 'float';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i;

const secretsOf = (variables: Workflow['environment_variables']): string[] =>
  (variables ?? []).flatMap(({ value, value_type: type }) =>
    type === 'secret' && typeof value === 'string' && value !== '' ? [value] : [],
  );
