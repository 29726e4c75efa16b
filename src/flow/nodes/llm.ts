import type { Json } from '#core/json.ts';
import { fileValue } from '#flow/file.ts';
import { askModel, type Picture } from '#flow/nodes/ask-model.ts';
import { type LlmConfig, llmConfig } from '#flow/nodes/llm-config.ts';
import { readsOf, requestOf } from '#flow/nodes/llm-request.ts';
import { modelOf } from '#flow/nodes/model-params.ts';
import { THOUGHTS } from '#flow/events.ts';
import type { NodeEvent, NodeRun, NodeType } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import { shownPrompts } from '#flow/nodes/shown-prompts.ts';
import { structuredOutput } from '#flow/nodes/structured.ts';
import { usageValue } from '#flow/spent.ts';
import { ThinkReader, withoutThoughts } from '#flow/nodes/think.ts';

const llm: NodeType<LlmConfig> = {
  type: 'llm',
  config: llmConfig,
  outputs: () => ({
    text: 'string',
    reasoning_content: 'string',
    usage: 'object',
    finish_reason: 'string',
    structured_output: 'object',
    files: 'array',
  }),
  reads: readsOf,
  models: ({ model }) => [modelOf(model)],
  async *run(node) {
    const { config } = node;
    const request = await requestOf(node);
    const isSeparated = config.reasoning_format === 'separated';
    const reader = isSeparated ? new ThinkReader() : undefined;
    let thought = '';
    const speak = (said: { text: string; thought: string }): readonly NodeEvent[] => {
      thought += said.thought;
      return [...pieceOf(THOUGHTS, said.thought), ...pieceOf('text', said.text)];
    };
    const answer = yield* askModel(node, request, {
      spoken: (delta) => speak(reader ? reader.push(delta) : { text: delta, thought: '' }),
      ...(isSeparated && { thought: (delta: string) => pieceOf(THOUGHTS, delta) }),
    });
    if (reader) yield* speak(reader.end());
    const { finishReason } = answer;
    const text = isSeparated ? withoutThoughts(answer.text) : answer.text;
    const outputs: Record<string, Json> = {
      text,
      reasoning_content: isSeparated ? answer.thought + thought : '',
      usage: usageValue(answer.spent, answer.took),
      finish_reason: finishReason,
      ...(request.format?.kind === 'schema' && {
        structured_output: structuredOutput(text, request.format.schema),
      }),
      ...(answer.pictures.length > 0 && { files: await keepPictures(node, answer.pictures) }),
    };
    const process = {
      model_mode: config.model.mode ?? 'chat',
      prompts: shownPrompts(request.messages),
      usage: usageValue(answer.spent, answer.took),
      finish_reason: finishReason,
      model_provider: config.model.provider ?? '',
      model_name: config.model.name,
    };
    return { outputs, process, ...answer.spent };
  },
};

export default llm;

const pieceOf = (output: string, text: string): NodeEvent[] =>
  text === '' ? [] : [{ type: 'delta', output, text }];

const keepPictures = async (
  node: NodeRun<unknown>,
  pictures: readonly Picture[],
): Promise<Json[]> => {
  const files = serviceOf(node, 'files');
  const kept: Json[] = [];
  for (const [i, { mimeType, bytes }] of pictures.entries()) {
    const name = `image-${i + 1}.${mimeType.split('/')[1] ?? 'bin'}`;
    kept.push(fileValue(await files.keep({ name, mimeType, bytes })));
  }
  return kept;
};
