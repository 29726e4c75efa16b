import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { LlmConfig } from '#flow/nodes/llm-config.ts';
import type { ModelRef, NodeRun } from '#flow/nodes/node-type.ts';
import { parseTemplate, type Segment, selectorsOf } from '#flow/template.ts';
import { type Selector, toSelector } from '#flow/variables.ts';
import type { ChatMessage, ChatRequest } from '#wire/chat-request.ts';

interface Prompt {
  readonly role: string;
  readonly segments: readonly Segment[];
}

/** The prompts in order; the one prompt of a completion model is what the user says. */
const promptsOf = (config: LlmConfig): Prompt[] => {
  const { prompt_template: template, context } = config;
  const selector = context?.enabled ? toSelector(context.variable_selector ?? []) : undefined;
  const prompts = Array.isArray(template) ? template : [{ ...template, role: 'user' }];
  return prompts.map(({ role, text }) => ({
    role: role || 'user',
    segments: selector ? withContext(text ?? '', selector) : parseTemplate(text ?? ''),
  }));
};

/** `{{#context#}}` stands for the variable that the node names as its context; nothing when it has no value. */
const withContext = (text: string, selector: Selector): Segment[] =>
  text
    .split('{{#context#}}')
    .flatMap((piece, i) =>
      i === 0
        ? parseTemplate(piece)
        : [{ kind: 'variable', selector, name: '' } as const, ...parseTemplate(piece)],
    );

export const readsOf = (config: LlmConfig): readonly Selector[] =>
  promptsOf(config).flatMap(({ segments }) => selectorsOf(segments));

export const modelOf = ({ model }: LlmConfig): ModelRef => ({
  provider: model.provider ?? '',
  name: model.name,
});

/** Throws SpillwayError when a variable of the prompt has no value, or when nothing is left to say. */
export const requestOf = (node: NodeRun<LlmConfig>): ChatRequest => ({
  model: node.groupOf(modelOf(node.config)),
  messages: messagesOf(node),
  stream: true,
  includeUsage: true,
  ...parametersOf(node.config.model.completion_params ?? {}),
});

const messagesOf = (node: NodeRun<LlmConfig>): ChatMessage[] => {
  const prompts = promptsOf(node.config);
  for (const segment of prompts.flatMap(({ segments }) => segments))
    if (segment.kind === 'variable' && segment.name && node.read(segment.selector) === undefined)
      throw new SpillwayError(
        'node_failed',
        `The prompt uses {{#${segment.name}#}}, which has no value.`,
      );
  const messages = prompts
    .map(({ role, segments }) => ({ role, text: node.render(segments, 'text') }))
    .filter(({ text }) => text !== '');
  if (messages.length === 0)
    throw new SpillwayError('node_failed', 'The prompt is empty; write one, or give a query.');
  return messages.map(({ role, text }) => ({
    role: role === 'system' || role === 'assistant' ? role : 'user',
    parts: [{ kind: 'text', text }],
  }));
};

const DIALECT = 'openai-chat';

/** What a request says itself: a parameter of this name would change the model or the answer's form. */
const OURS = new Set(['model', 'messages', 'stream', 'stream_options']);

/**
 * `completion_params` go to the model as they are, in the dialect that apps are written for, but for
 * `max_tokens`, which has a field of its own.
 */
const parametersOf = (
  params: JsonObject,
): Pick<ChatRequest, 'dialect' | 'extra'> & { readonly maxOutputTokens?: number } => {
  const { max_tokens: cap, ...rest } = params;
  const capped = typeof cap === 'number' && Number.isSafeInteger(cap) && cap >= 0;
  return {
    ...(capped && { maxOutputTokens: cap }),
    dialect: DIALECT,
    extra: Object.fromEntries(
      Object.entries(capped ? rest : params).filter(([name]) => !OURS.has(name)),
    ),
  };
};
