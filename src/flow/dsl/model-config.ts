import { listAt, mapAt, textAt } from '#core/fields.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { DslEdge, DslNode, WrittenMode } from '#flow/dsl/app.ts';

interface Made {
  readonly nodes: readonly DslNode[];
  readonly edges: readonly DslEdge[];
}

const START = 'start';
const MODEL = 'model';
const ANSWER = 'answer';

/** An app without a workflow is a small one: a form, a model or an agent, an answer. */
export const flowOfModelConfig = (config: JsonObject, mode: WrittenMode): Made => {
  const isAgent = mode === 'agent-chat' || isOldAgent(config);
  const data = isAgent ? agentData(config) : modelData(config, mode);
  const nodes: readonly [id: string, title: string, data: JsonObject][] = [
    [START, 'Start', { type: 'start', variables: formVariables(own(config, 'user_input_form')) }],
    [MODEL, isAgent ? 'Agent' : 'LLM', data],
    [ANSWER, 'Answer', { type: 'answer', answer: `{{#${MODEL}.text#}}` }],
  ];
  const edge = (source: string, target: string): DslEdge => ({
    source,
    target,
    sourceHandle: 'source',
    path: ['model_config'],
  });
  return {
    nodes: nodes.map(([id, title, more]) => ({
      id,
      title,
      type: textAt(more, 'type'),
      data: { ...more, title },
      path: ['model_config'],
    })),
    edges: [edge(START, MODEL), edge(MODEL, ANSWER)],
  };
};

const itemsAt = (object: JsonObject, name: string): readonly Json[] => {
  const value = own(object, name);
  return Array.isArray(value) ? value : [];
};

/** Chat apps could be agents before there was a mode for them. */
const isOldAgent = (config: JsonObject): boolean => {
  const agent = mapAt(config, 'agent_mode');
  const strategy = own(agent, 'strategy');
  return own(agent, 'enabled') === true && (strategy === 'function_call' || strategy === 'react');
};

/** `[{"text-input": {…}}]` → the variables of a start node. */
const formVariables = (form: Json | undefined): Json[] =>
  (Array.isArray(form) ? form : []).flatMap((entry) => {
    const [type, field] = isObject(entry) ? (Object.entries(entry)[0] ?? []) : [];
    return type !== undefined && isObject(field) ? [{ ...field, type }] : [];
  });

/** `{{name}}` of these apps is `{{#start.name#}}` of a workflow. */
const withReferences = (text: string): string =>
  text
    .replaceAll('{{#context#}}', '')
    .replaceAll('{{#query#}}', '{{#sys.query#}}')
    .replaceAll(/\{\{([a-zA-Z_][a-zA-Z0-9_]{0,29})\}\}/g, `{{#${START}.$1#}}`);

const modelOf = (config: JsonObject): JsonObject => {
  const model = mapAt(config, 'model');
  return { ...model, completion_params: mapAt(model, 'completion_params') };
};

const visionOf = (config: JsonObject): JsonObject => {
  const image = mapAt(mapAt(config, 'file_upload'), 'image');
  const detail = textAt(image, 'detail') || 'high';
  return own(image, 'enabled') === true
    ? { enabled: true, configs: { detail, variable_selector: ['sys', 'files'] } }
    : { enabled: false };
};

const MEMORY: JsonObject = {
  window: { enabled: false },
  query_prompt_template: '{{#sys.query#}}',
};

const modelData = (config: JsonObject, mode: WrittenMode): JsonObject => {
  const isAdvanced = own(config, 'prompt_type') === 'advanced';
  const base = { type: 'llm', model: modelOf(config), vision: visionOf(config) };
  const prePrompt = withReferences(textAt(config, 'pre_prompt'));
  const messages = listAt(mapAt(config, 'chat_prompt_config'), 'prompt');
  const completion = mapAt(mapAt(config, 'completion_prompt_config'), 'prompt');
  const prefixes = mapAt(mapAt(config, 'completion_prompt_config'), 'conversation_histories_role');
  if (isAdvanced && messages.length > 0)
    return {
      ...base,
      prompt_template: messages.map((message) => ({
        role: textAt(message, 'role') || 'user',
        text: withReferences(textAt(message, 'text')),
      })),
      ...(mode !== 'completion' && { memory: MEMORY }),
    };
  if (isAdvanced && textAt(completion, 'text') !== '')
    return {
      ...base,
      prompt_template: { text: withReferences(textAt(completion, 'text')) },
      memory: {
        window: { enabled: false },
        role_prefix: {
          user: textAt(prefixes, 'user_prefix'),
          assistant: textAt(prefixes, 'assistant_prefix'),
        },
      },
    };
  if (mode === 'completion')
    return { ...base, prompt_template: [{ role: 'user', text: withQuery(prePrompt) }] };
  return { ...base, prompt_template: [{ role: 'system', text: prePrompt }], memory: MEMORY };
};

/** What is asked follows the prompt, unless the prompt has a place for it. */
const withQuery = (prompt: string): string =>
  /\{\{#(sys|start)\.query#\}\}/.test(prompt) ? prompt : `${prompt}\n{{#sys.query#}}`;

const agentData = (config: JsonObject): JsonObject => {
  const agent = mapAt(config, 'agent_mode');
  const constant = (value: Json): JsonObject => ({ type: 'constant', value });
  return {
    type: 'agent',
    agent_strategy_name: textAt(agent, 'strategy') || 'function_call',
    agent_parameters: {
      model: constant(modelOf(config)),
      instruction: constant(withReferences(textAt(config, 'pre_prompt'))),
      query: constant('{{#sys.query#}}'),
      maximum_iterations: constant(own(agent, 'max_iteration') ?? null),
      tools: constant([...itemsAt(agent, 'tools')]),
    },
    memory: MEMORY,
    vision: visionOf(config),
  };
};
