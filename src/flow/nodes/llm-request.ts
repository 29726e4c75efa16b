import { SpillwayError } from '#core/errors.ts';
import { filesIn, partsOf } from '#flow/nodes/file-parts.ts';
import type { LlmConfig, Vision } from '#flow/nodes/llm-config.ts';
import {
  type FilledPrompt,
  fillPrompts,
  isCompletion,
  namedIn,
  promptReads,
} from '#flow/nodes/llm-prompt.ts';
import { fittingHistory, memoryMessages, type Spoken, textMessage } from '#flow/nodes/memory.ts';
import { modelOf, settingsOf } from '#flow/nodes/model-params.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { parseTemplate, selectorsOf } from '#flow/template.ts';
import { type Selector, selectorsAt } from '#flow/variables.ts';
import type { ChatMessage, ChatRequest, Format, Part } from '#wire/chat-request.ts';

const QUERY: Selector = ['sys', 'query'];
const QUERY_TEMPLATE = '{{#sys.query#}}';

export const readsOf = (config: LlmConfig): readonly Selector[] => [
  ...promptReads(config),
  ...visionReads(config.vision),
  ...(config.memory ? selectorsOf(parseTemplate(queryTemplate(config))) : []),
  ...(isCompletion(config) ? [QUERY] : []),
];

export const visionReads = (vision: Vision): readonly Selector[] =>
  vision?.enabled ? selectorsAt(vision.configs?.variable_selector) : [];

const queryTemplate = ({ memory }: LlmConfig): string =>
  memory?.query_prompt_template || QUERY_TEMPLATE;

/** Throws SpillwayError when a variable of the prompt has no value, or when nothing is left to say. */
export const requestOf = async (node: NodeRun<LlmConfig>): Promise<ChatRequest> => {
  const { model } = node.config;
  const fill = (text: string): string => node.render(parseTemplate(text), 'text');
  const format = formatOf(node.config);
  const settings = settingsOf(model.completion_params ?? {}, fill);
  const { maxOutputTokens } = settings;
  const group = node.groupOf(modelOf(model));
  return {
    model: group,
    messages: await messagesOf(node, {
      model: group,
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    }),
    stream: true,
    includeUsage: true,
    ...settings,
    ...(format && { format }),
  };
};

const formatOf = (config: LlmConfig): Format | undefined => {
  const isOn = config.structured_output_enabled || config.structured_output_switch_on;
  const schema = config.structured_output?.schema;
  return isOn && schema ? { kind: 'schema', name: 'output', schema } : undefined;
};

const messagesOf = async (
  node: NodeRun<LlmConfig>,
  spoken: Omit<Spoken, 'texts'>,
): Promise<ChatMessage[]> => {
  const { config } = node;
  for (const { selector, name } of namedIn(config))
    if (node.read(selector) === undefined)
      throw new SpillwayError('node_failed', `The prompt uses {{#${name}#}}, which has no value.`);
  const messages: ChatMessage[] = [];
  for (const prompt of await fillPrompts(node)) messages.push(...(await written(node, prompt)));
  if (config.memory && !isCompletion(config)) {
    const query = node.render(parseTemplate(queryTemplate(config)), 'text');
    const texts = [query, ...messages.flatMap(textsOf)];
    const past = fittingHistory(node, { ...spoken, texts });
    messages.push(...memoryMessages(past, config.memory));
    if (query !== '') messages.push(textMessage('user', query));
  }
  const all = withFiles(messages, await visionParts(node, config.vision));
  if (all.length === 0)
    throw new SpillwayError('node_failed', 'The prompt is empty; write one, or give a query.');
  return all;
};

const textsOf = ({ parts }: ChatMessage): string[] =>
  parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));

/** A prompt's text, and the files that stand in it in a message of their own. */
const written = async (
  node: NodeRun<unknown>,
  { role, text, files }: FilledPrompt,
): Promise<ChatMessage[]> => {
  const parts = await partsOf(node, files);
  return [
    ...(text === '' ? [] : [textMessage(role, text)]),
    ...(parts.length === 0 ? [] : [{ role, parts }]),
  ];
};

export const visionParts = async (node: NodeRun<unknown>, vision: Vision): Promise<Part[]> => {
  const files = visionReads(vision).flatMap((selector) => filesIn(node.read(selector)));
  return partsOf(node, files, vision?.configs?.detail);
};

/** Files go before the words of the last message that the user says. */
export const withFiles = (
  messages: readonly ChatMessage[],
  files: readonly Part[],
): ChatMessage[] => {
  if (files.length === 0) return [...messages];
  const last = messages.at(-1);
  if (last?.role !== 'user') return [...messages, { role: 'user', parts: files }];
  return [...messages.slice(0, -1), { ...last, parts: [...files, ...last.parts] }];
};
