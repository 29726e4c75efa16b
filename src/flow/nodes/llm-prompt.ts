import { isObject, type Json, own } from '#core/json.ts';
import { type FlowFile, isFile } from '#flow/file.ts';
import { filesIn } from '#flow/nodes/file-parts.ts';
import type { LlmConfig } from '#flow/nodes/llm-config.ts';
import { memoryText } from '#flow/nodes/memory.ts';
import { namedReads, namedValues } from '#flow/nodes/named-variables.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import { parseTemplate, type Segment, selectorsOf } from '#flow/template.ts';
import { type Selector, selectorsAt } from '#flow/variables.ts';
import type { ChatMessage } from '#wire/chat-request.ts';

/** A prompt as the node has it: a template of references, or one of Jinja's. */
interface Prompt {
  readonly role: ChatMessage['role'];
  readonly text: string;
  readonly isJinja: boolean;
}

/** A prompt as it is sent. */
export interface FilledPrompt {
  readonly role: ChatMessage['role'];
  readonly text: string;
  readonly files: readonly FlowFile[];
}

const CONTEXT = '{{#context#}}';
const HISTORIES = /\{\{#histories#\}\}|#histories#/g;
const QUERY = /(?<!\{)#sys\.query#(?!\})/g;

/** The prompts in order; the one prompt of a completion model is what the user says. */
const promptsOf = ({ prompt_template: template }: LlmConfig): Prompt[] => {
  const prompts = Array.isArray(template) ? template : [{ ...template, role: 'user' }];
  return prompts.map(({ role, text, edition_type: edition, jinja2_text: jinja }) => ({
    role: role === 'system' || role === 'assistant' ? role : 'user',
    text: edition === 'jinja2' ? jinja || text || '' : (text ?? ''),
    isJinja: edition === 'jinja2',
  }));
};

export const isCompletion = ({ prompt_template: template }: LlmConfig): boolean =>
  !Array.isArray(template);

const contextOf = ({ context }: LlmConfig): Selector | undefined =>
  context?.enabled ? selectorsAt(context.variable_selector)[0] : undefined;

/** `{{#context#}}` stands for the variable that the node names as its context. */
const segmentsOf = ({ text }: Prompt, context: Selector | undefined): Segment[] =>
  context
    ? text
        .split(CONTEXT)
        .flatMap((piece, i) =>
          i === 0
            ? parseTemplate(piece)
            : [{ kind: 'variable', selector: context, name: '' } as const, ...parseTemplate(piece)],
        )
    : [...parseTemplate(text)];

/** The references that must have a value. */
export const namedIn = (config: LlmConfig): readonly Extract<Segment, { kind: 'variable' }>[] =>
  promptsOf(config)
    .filter(({ isJinja }) => !isJinja)
    .flatMap((prompt) => segmentsOf(prompt, undefined))
    .filter((segment) => segment.kind === 'variable');

export const promptReads = (config: LlmConfig): readonly Selector[] => {
  const context = contextOf(config);
  return [
    ...selectorsOf(
      promptsOf(config).flatMap((prompt) => (prompt.isJinja ? [] : segmentsOf(prompt, context))),
    ),
    ...(context ? [context] : []),
    ...namedReads(config.prompt_config?.jinja2_variables),
  ];
};

/** Throws SpillwayError `node_failed` where a Jinja template is wrong. */
export const fillPrompts = async (node: NodeRun<LlmConfig>): Promise<FilledPrompt[]> => {
  const { config } = node;
  const context = contextOf(config);
  const shown = context ? contextText(node.read(context)) : '';
  const filled: FilledPrompt[] = [];
  for (const prompt of promptsOf(config)) {
    const { role } = prompt;
    if (prompt.isJinja) {
      filled.push({ role, text: await fromJinja(node, prompt.text, shown), files: [] });
      continue;
    }
    const segments = segmentsOf(prompt, context);
    const files = segments.flatMap((segment) =>
      segment.kind === 'variable' ? filesIn(node.read(segment.selector)) : [],
    );
    const plain = segments.map((segment): Segment =>
      segment.kind === 'variable' && segment.name === '' ? { kind: 'text', text: shown } : segment,
    );
    const text = node.render(plain, 'text');
    filled.push({ role, text: isCompletion(config) ? withPast(node, text) : text, files });
  }
  return filled;
};

const fromJinja = async (
  node: NodeRun<LlmConfig>,
  template: string,
  context: string,
): Promise<string> => {
  const values = namedValues(node.config.prompt_config?.jinja2_variables, node.read);
  const job = { template, values: { context, ...values }, limitChars: node.limits.nodeChars };
  return serviceOf(node, 'renderJinja')(job, node.signal);
};

/** A prompt alone has places for what was said before and for what is asked. */
const withPast = (node: NodeRun<LlmConfig>, text: string): string => {
  const query = node.read(['sys', 'query']);
  return text
    .replaceAll(HISTORIES, () => memoryText(node.history, node.config.memory))
    .replaceAll(QUERY, () => (typeof query === 'string' ? query : ''));
};

/** What was retrieved is told piece by piece; anything else as it is. */
const contextText = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return value
    .filter((item) => !isFile(item))
    .map((item) => {
      const content = isObject(item) ? own(item, 'content') : item;
      return typeof content === 'string' ? content : JSON.stringify(content ?? item);
    })
    .join('\n');
};
