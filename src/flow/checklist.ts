import type { Finding } from '#core/finding.ts';
import { SpillwayError } from '#core/errors.ts';
import { textAt } from '#core/fields.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';
import type { App, DslNode } from '#flow/dsl/app.ts';
import type { ResolveModel } from '#flow/model-map.ts';
import type { FlowTools } from '#flow/ports.ts';
import type { FeatureCode, FlowSaid } from '#flow/said.ts';
import { wantedModels } from '#flow/wanted-models.ts';

/** One thing that a person should see to after an import. */
export interface ChecklistItem {
  readonly kind: 'flow' | 'model' | 'dataset' | 'secret' | 'tool' | 'module' | 'feature';
  /** The node's title, where it is about one. */
  readonly node?: string;
  readonly message: string;
  readonly said: FlowSaid;
}

const FEATURES: Readonly<Record<string, { readonly code: FeatureCode; readonly message: string }>> =
  {
    speech_to_text: { code: 'no_speech_to_text', message: 'speech to text is not available here' },
    text_to_speech: { code: 'no_text_to_speech', message: 'text to speech is not available here' },
    sensitive_word_avoidance: {
      code: 'no_moderation',
      message: 'only moderation by keywords is available here: nothing is held back',
    },
    annotation_reply: { code: 'no_annotations', message: 'annotations are not available here' },
  };

/** What is missing for an app to run as it did where it came from. */
export const checklist = (
  app: App,
  {
    findings,
    tools,
    resolveModel,
  }: {
    readonly findings: readonly Finding[];
    readonly tools?: FlowTools;
    readonly resolveModel?: ResolveModel;
  },
): ChecklistItem[] => {
  const missing = unserved(app, resolveModel);
  return [
    ...findings.map((finding): ChecklistItem => {
      const { message } = finding;
      const isModel = missing.some((problem) => message.endsWith(problem));
      // What a flow's own checks find is said in their words.
      const said = finding.said as FlowSaid | undefined;
      const other: FlowSaid = { code: 'other', with: { message } };
      return { kind: isModel ? 'model' : 'flow', message, said: said ?? other };
    }),
    ...app.nodes.flatMap((node) => [
      ...datasets(node),
      ...modules(node),
      ...missingTools(node, tools),
    ]),
    ...secrets(app),
    ...features(app),
  ];
};

/** What is said of models that nobody serves. */
const unserved = (app: App, resolveModel: ResolveModel | undefined): string[] =>
  wantedModels(app).flatMap((model) => {
    try {
      resolveModel?.(model);
      return [];
    } catch (thrown) {
      return [SpillwayError.from(thrown).message];
    }
  });

const datasets = ({ data, title: node }: DslNode): ChecklistItem[] => {
  const ids = own(data, 'dataset_ids');
  const count = Array.isArray(ids) ? ids.length : 0;
  const stay =
    count === 1
      ? '1 knowledge base stays where it is'
      : `${count} knowledge bases stay where they are`;
  const message = `${stay}; there are none here`;
  const said = { code: 'datasets', with: { count } } as const;
  return count === 0 ? [] : [{ kind: 'dataset', node, message, said }];
};

const secrets = ({ document }: App): ChecklistItem[] => {
  const root = document.value;
  const workflow = isObject(root) ? own(root, 'workflow') : undefined;
  const variables = isObject(workflow) ? own(workflow, 'environment_variables') : undefined;
  return (Array.isArray(variables) ? variables : []).filter(isObject).flatMap((variable) => {
    const isEmpty = (own(variable, 'value') ?? '') === '';
    if (own(variable, 'value_type') !== 'secret' || !isEmpty) return [];
    const name = textAt(variable, 'name');
    const said = { code: 'secret_empty', with: { name } } as const;
    return [{ kind: 'secret' as const, message: `the secret env.${name} is empty`, said }];
  });
};

const missingTools = (
  { type, data, title: node }: DslNode,
  tools: FlowTools | undefined,
): ChecklistItem[] => {
  const used = type === 'tool' ? [data] : type === 'agent' ? agentTools(data) : [];
  return used.flatMap((entry): ChecklistItem[] => {
    const kind = textAt(entry, 'provider_type') || textAt(entry, 'type') || 'builtin';
    const provider = textAt(entry, 'provider_name') || textAt(entry, 'provider_id');
    const tool = textAt(entry, 'tool_name');
    if (tools?.find({ kind, provider, tool })) return [];
    const said = { code: 'tool_missing', with: { provider, tool, kind } } as const;
    const message = `there is no tool ${provider}/${tool} (${kind}) here`;
    return [{ kind: 'tool', node, message, said }];
  });
};

const agentTools = (data: JsonObject): JsonObject[] => {
  const parameters = own(data, 'agent_parameters');
  const tools = isObject(parameters) ? own(parameters, 'tools') : undefined;
  const list = isObject(tools) ? own(tools, 'value') : undefined;
  return (Array.isArray(list) ? list : [])
    .filter(isObject)
    .filter((entry) => own(entry, 'enabled') !== false);
};

const IMPORT = /^\s*(?:import|from)\s+([a-zA-Z_]\w*)/gm;
const REQUIRE = /\brequire\(\s*['"]([^'"]+)['"]\s*\)|^\s*import\s.*?from\s+['"]([^'"]+)['"]/gm;

/** Modules that a program asks for: JavaScript has none here, Python its own library. */
const modules = ({ type, data, title: node }: DslNode): ChecklistItem[] => {
  if (type !== 'code') return [];
  const code = textAt(data, 'code');
  const isPython = own(data, 'code_language') === 'python3';
  const names = [...code.matchAll(isPython ? IMPORT : REQUIRE)].flatMap(
    ([, first, second]) => first ?? second ?? [],
  );
  const unknown = [...new Set(names)].filter((name) => !isPython || !PYTHON_MODULES.has(name));
  return unknown.map((name) => ({
    kind: 'module',
    node,
    message: `its code asks for the module ${name.slice(0, 60)}, which is not available`,
    said: { code: 'module_missing', with: { module: name.slice(0, 60) } },
  }));
};

/** What programs of nodes ask for and find: of Python's own library, and `requests`. */
export const PYTHON_MODULES: ReadonlySet<string> = new Set(
  'abc array base64 bisect calendar collections colorsys copy csv dataclasses datetime decimal difflib enum fractions functools hashlib heapq hmac html io itertools json locale math numbers operator pprint random re requests secrets statistics string struct textwrap time types typing unicodedata urllib uuid xml zlib zoneinfo'.split(
    ' ',
  ),
);

const features = ({ mode, features: { written, moderation } }: App): ChecklistItem[] =>
  Object.entries(FEATURES).flatMap(([name, { code, message }]) => {
    // In workflows Dify holds nothing back either.
    const isKept = moderation !== undefined || mode === 'workflow';
    if (name === 'sensitive_word_avoidance' && isKept) return [];
    const feature = own(written, name);
    const isOn = isObject(feature) && own(feature, 'enabled') === true;
    return isOn ? [{ kind: 'feature' as const, message, said: { code, with: {} } }] : [];
  });
