import { type JsonObject, own } from '#core/json.ts';
import { abilitiesOf } from '#wire/anthropic-messages/abilities.ts';
import { isWanted, translatedThinking } from '#wire/anthropic-messages/reasoning.ts';
import { writeSampling } from '#wire/anthropic-messages/sampling.ts';
import type { ChatRequest, Reasoning, RequestField } from '#wire/chat-request.ts';

/** What one model wants otherwise than the next, behind the one request format. */
export interface ModelFields {
  /** Of `inferenceConfig`. */
  readonly inference: JsonObject;
  /** Fields that have the model's own names. */
  readonly additional: JsonObject;
  readonly left: readonly RequestField[];
}

interface Asked {
  /** As the path has it: an id, a profile's id or an ARN that ends in one. */
  readonly model: string;
  /** A tool must be called. */
  readonly isForced: boolean;
}

export const modelFields = (request: ChatRequest, asked: Asked): ModelFields =>
  /\bclaude\b/.test(asked.model) ? claudeFields(request, asked) : otherFields(request, asked.model);

/** What its maker's own dialect says, in other places. */
const claudeFields = (request: ChatRequest, { model, isForced }: Asked): ModelFields => {
  const abilities = abilitiesOf(model);
  const { maxOutputTokens: maxTokens = Infinity } = request;
  const thought = translatedThinking(request, { abilities, maxTokens, isForced });
  const { thinking, effort, isLeft } = thought;
  const isThinking = thinking !== undefined && thinking['type'] !== 'disabled';
  const { fields, left } = writeSampling(request, { abilities, isThinking });
  const [temperature, topP, topK, stop] = ['temperature', 'top_p', 'top_k', 'stop_sequences'].map(
    (key) => own(fields, key),
  );
  return {
    inference: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(stop !== undefined && { stopSequences: stop }),
    },
    additional: {
      ...(thinking && { thinking }),
      ...(effort !== undefined && { output_config: { effort } }),
      ...(topK !== undefined && { top_k: topK }),
    },
    left: isLeft ? [...left, 'reasoning'] : left,
  };
};

interface Family {
  /** The name that it has for the number of likeliest tokens; absent where it has none. */
  readonly topKField?: string;
  /** How it is told to think; absent where it cannot be. */
  readonly thinks?: (level: string) => JsonObject;
}

const level = ({ effort = 'medium' }: Reasoning): string =>
  effort === 'minimal' ? 'low' : effort === 'xhigh' ? 'high' : effort;

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [
    /\bnova-2\b/,
    {
      thinks: (maxReasoningEffort) => ({
        reasoningConfig: { type: 'enabled', maxReasoningEffort },
      }),
    },
  ],
  [/\bgpt-oss\b/, { thinks: (reasoning_effort) => ({ reasoning_effort }) }],
  [/\bmistral\b/, { topKField: 'top_k' }],
  [/\bcohere\b/, { topKField: 'k' }],
];

const otherFields = (request: ChatRequest, model: string): ModelFields => {
  const { thinks, topKField } = FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? {};
  const { reasoning, temperature, topP, topK, stop } = request;
  const left: RequestField[] = [];
  const isAsked = reasoning !== undefined && isWanted(reasoning);
  if (isAsked && !thinks) left.push('reasoning');
  if (topK !== undefined && topKField === undefined) left.push('topK');
  return {
    inference: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(stop && stop.length > 0 && { stopSequences: [...stop] }),
    },
    additional: {
      ...(isAsked && thinks?.(level(reasoning))),
      ...(topK !== undefined && topKField !== undefined && { [topKField]: topK }),
    },
    left,
  };
};
