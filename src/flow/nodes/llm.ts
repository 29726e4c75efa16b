import { type ErrorCode, SpillwayError } from '#core/errors.ts';
import { type LlmConfig, llmConfig } from '#flow/nodes/llm-config.ts';
import { modelOf, readsOf, requestOf } from '#flow/nodes/llm-request.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import type { Block, UpstreamError, Usage } from '#wire/chat-event.ts';

const llm: NodeType<LlmConfig> = {
  type: 'llm',
  config: llmConfig,
  outputs: () => ({ text: 'string', usage: 'object', finish_reason: 'string' }),
  reads: readsOf,
  models: (config) => [modelOf(config)],
  unsupported: (config) => {
    const prompts = Array.isArray(config.prompt_template) ? config.prompt_template : [];
    const fields: readonly (readonly [field: string, on: unknown])[] = [
      ...prompts.map(
        (prompt, i) => [`prompt_template.${i}.edition_type`, isJinja(prompt)] as const,
      ),
      ['prompt_template.edition_type', isJinja(config.prompt_template)],
      ['memory', config.memory],
      ['vision.enabled', config.vision?.enabled],
      ['structured_output_enabled', config.structured_output_enabled],
      ['structured_output_switch_on', config.structured_output_switch_on],
      ['reasoning_format', config.reasoning_format === 'separated'],
    ];
    return fields.flatMap(([field, on]) => (on ? [field] : []));
  },
  async *run(node) {
    const { id: nodeId, runId, signal, deadline } = node;
    const call = { runId, nodeId, signal, deadline };
    const spoken = new Set<number>();
    let text = '';
    let usage: Usage | undefined;
    let finishReason: string | undefined;
    for await (const event of node.services.chat(requestOf(node), call)) {
      if (event.type === 'served') yield event;
      else if (event.type === 'block-start' && SPOKEN.has(event.block.kind))
        spoken.add(event.index);
      else if (event.type === 'block-delta' && spoken.has(event.index)) {
        text += event.delta;
        yield { type: 'delta', output: 'text', text: event.delta };
      } else if (event.type === 'usage') usage = event.usage;
      else if (event.type === 'finish') finishReason = event.raw;
      else if (event.type === 'error') throw brokenOff(event.error);
    }
    if (finishReason === undefined)
      throw new SpillwayError('stream_truncated', "The model's answer ended before it was whole.");
    return {
      outputs: { text, usage: usage ? usageOutput(usage) : null, finish_reason: finishReason },
      ...(usage && { usage }),
    };
  },
};

export default llm;

/** Blocks that a person is meant to read: an answer, or why there is none. */
const SPOKEN: ReadonlySet<string> = new Set<Block['kind']>(['text', 'refusal']);

const isJinja = (prompt: object): boolean =>
  'edition_type' in prompt && prompt.edition_type === 'jinja2';

/** Token counts under the names that a flow reads. */
const usageOutput = ({ inputTokens, outputTokens }: Usage): Record<string, number> => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

const CODES: Readonly<Record<UpstreamError['kind'], ErrorCode>> = {
  invalid: 'upstream_rejected',
  auth: 'upstream_rejected',
  content: 'upstream_rejected',
  'context-length': 'upstream_rejected',
  'rate-limit': 'rate_limited',
  overloaded: 'unavailable',
  timeout: 'timeout',
  broken: 'stream_truncated',
};

const brokenOff = ({ kind, message, retryAfterMs }: UpstreamError): SpillwayError =>
  new SpillwayError(CODES[kind], `The model's answer broke off: ${message}`, {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
