import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { FinishEvent, Usage } from '#wire/chat-event.ts';
import type { Gathered, WholeBlock } from '#wire/collect.ts';
import { argsOf } from '#wire/gemini/calls.ts';
import { writeCitations } from '#wire/gemini/citations.ts';
import { finishWord } from '#wire/gemini/finish.ts';
import { writeLogprobs } from '#wire/gemini/logprobs.ts';
import { NAME } from '#wire/gemini/name.ts';
import { writeUsage } from '#wire/gemini/usage.ts';

/** What every chunk says of its reply. */
export const headOf = ({
  id,
  model,
  created,
}: {
  readonly id: string;
  readonly model: string;
  readonly created: number;
}): JsonObject => ({
  ...(model !== '' && { modelVersion: model }),
  ...(created > 0 && { createTime: new Date(created * 1000).toISOString() }),
  ...(id !== '' && { responseId: id }),
});

type Said = Pick<WholeBlock, 'content' | 'signature'> & WholeBlock;

/** A block, or a piece of its text, as a part. */
export const partOf = (block: Said): JsonObject => {
  const { signature } = block;
  const seal = signature === undefined ? {} : { thoughtSignature: signature };
  switch (block.kind) {
    case 'tool-call': {
      const { id, name, content } = block;
      const functionCall = { ...(id !== '' && { id }), name, args: argsOf(content) };
      return { functionCall, ...seal };
    }
    case 'image':
      return { inlineData: { mimeType: block.mediaType, data: block.content }, ...seal };
    case 'reasoning':
      return { text: block.content, thought: true, ...seal };
    default:
      return { text: block.content, ...seal };
  }
};

/** Fields that an answer has beside its content; the others are said of the whole reply. */
const OF_CANDIDATE = new Set([
  'citationMetadata',
  'groundingMetadata',
  'groundingAttributions',
  'safetyRatings',
  'urlContextMetadata',
  'avgLogprobs',
  'finishMessage',
  'tokenCount',
  'continuationToken',
]);

/** What this dialect's own extras say: of the reply, of each of its answers, and in parts of no other kind. */
export interface Extras {
  readonly reply: JsonObject;
  readonly usage: JsonObject;
  readonly candidates: ReadonlyMap<number, JsonObject>;
  readonly parts: readonly JsonObject[];
}

export const extrasOf = (extras: Gathered['extras']): Extras => {
  const own_ = extras.filter(({ dialect }) => dialect === NAME).map(({ value }) => value);
  const { candidates, usageMetadata, parts, ...said } = Object.assign({}, ...own_) as JsonObject;
  const entries = Object.entries(said);
  const ofFirst = entries.filter(([key]) => OF_CANDIDATE.has(key));
  const others = listOf(candidates).map(({ index, ...fields }) => [Number(index), fields] as const);
  return {
    reply: Object.fromEntries(entries.filter(([key]) => !OF_CANDIDATE.has(key))),
    usage: isObject(usageMetadata) ? usageMetadata : {},
    candidates: new Map([[0, Object.fromEntries(ofFirst)], ...others]),
    parts: listOf(parts),
  };
};

const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** The end of one answer: its reason, and all that is said of it. */
export const endOf = (
  finish: Pick<FinishEvent, 'reason' | 'raw' | 'choice'>,
  extras: Extras,
  blocks: readonly WholeBlock[],
): JsonObject => {
  const index = finish.choice ?? 0;
  const own_ = extras.candidates.get(index) ?? {};
  const cited = blocks.find(({ citations }) => citations.length > 0);
  const hasOwn = own(own_, 'groundingMetadata') ?? own(own_, 'citationMetadata');
  const grounding = !hasOwn && cited ? writeCitations(cited.citations, cited.content) : undefined;
  return {
    finishReason: finishWord(finish),
    index,
    ...(grounding && { groundingMetadata: grounding }),
    ...own_,
  };
};

/** Whether the prompt was refused: such a reply has no answer at all. */
export const isBlocked = (
  { raw }: Pick<FinishEvent, 'raw'>,
  { reply }: Extras,
  blocks: number,
): boolean => {
  const feedback = own(reply, 'promptFeedback');
  return blocks === 0 && isObject(feedback) && own(feedback, 'blockReason') === raw;
};

export const usageField = (usage: Usage | undefined, extras: Extras): JsonObject =>
  usage ? { usageMetadata: writeUsage(usage, extras.usage) } : {};

export const logprobsField = (values: readonly Json[]): JsonObject => {
  const logprobsResult = writeLogprobs(values);
  return logprobsResult ? { logprobsResult } : {};
};
