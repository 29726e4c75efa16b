import { type JsonObject, isObject, own } from '#core/json.ts';
import type { WrittenTools } from '#wire/bedrock-converse/tools.ts';
import type { ChatRequest, RequestField } from '#wire/chat-request.ts';

/**
 * Which tools are called, in the words of Claude's maker: the common format has none for calling
 * nothing, or one at a time. They stand among the model's own fields, in the place of the common choice.
 */
export const withClaudeChoice = (
  request: ChatRequest,
  written: WrittenTools,
  model: string,
): WrittenTools => {
  const { config, left, emulates } = written;
  if (!config || !/\bclaude\b/.test(model)) return written;
  const isMute = request.toolChoice?.kind === 'none' && !emulates;
  if (!isMute && request.parallelTools !== false) return written;
  const { toolChoice, ...rest } = config;
  const common = isObject(toolChoice) ? choiceOf(toolChoice) : { type: 'auto' };
  const choice = isMute ? { type: 'none' } : { ...common, disable_parallel_tool_use: true };
  return {
    ...written,
    config: rest,
    additional: { tool_choice: choice },
    left: left.filter((field) => !SAID.has(field)),
  };
};

const SAID: ReadonlySet<RequestField> = new Set(['toolChoice', 'parallelTools']);

const choiceOf = (choice: JsonObject): JsonObject => {
  const tool = own(choice, 'tool');
  if (isObject(tool)) return { type: 'tool', ...tool };
  return { type: own(choice, 'any') === undefined ? 'auto' : 'any' };
};
