import { isObject, type JsonObject, own } from '#core/json.ts';
import type { Random } from '#core/random.ts';
import type { Block, ChatRequest, FinishReason } from '#wire/chat-event.ts';
import { answerText } from '#simulator/answer/text.ts';
import { chooseTool } from '#simulator/answer/tool.ts';
import { sampleJson } from '#simulator/answer/sample-json.ts';
import { drawId } from '#simulator/draw.ts';
import { splitTokens } from '#simulator/tokens.ts';

/** One choice of an answer: a block of text or a tool call, in pieces of about a token. */
export interface Choice {
  readonly block: Block;
  readonly pieces: readonly string[];
  readonly finish: { readonly reason: FinishReason; readonly raw: string };
}

interface Speaker {
  readonly project: string;
  readonly random: Random;
}

/** What the simulated model says to a request: a tool call, JSON where JSON was asked for, or text. */
export const composeChoice = (request: ChatRequest, speaker: Speaker): Choice => {
  const { random } = speaker;
  const tool = chooseTool(request);
  if (tool !== undefined) {
    const block = { kind: 'tool-call', id: drawId('call_', 24, random), name: tool.name } as const;
    const input = JSON.stringify(sampleJson(tool.parameters, random));
    return bounded(request, { block, text: input, finish: CALLED });
  }
  const text = answerText(request.messages, { model: request.model, ...speaker });
  const said = jsonAnswer(request, text, random) ?? text;
  return bounded(request, { block: { kind: 'text' }, text: said, finish: STOPPED });
};

const STOPPED = { reason: 'stop', raw: 'stop' } as const;
const CALLED = { reason: 'tool-calls', raw: 'tool_calls' } as const;
const CUT_SHORT = { reason: 'length', raw: 'length' } as const;

const bounded = (
  { maxOutputTokens = Infinity }: ChatRequest,
  { block, text, finish }: Omit<Choice, 'pieces'> & { readonly text: string },
): Choice => {
  const pieces = splitTokens(text);
  if (pieces.length <= maxOutputTokens) return { block, pieces, finish };
  return { block, pieces: pieces.slice(0, maxOutputTokens), finish: CUT_SHORT };
};

const jsonAnswer = (request: ChatRequest, text: string, random: Random): string | undefined => {
  const format = own(request.extra, 'response_format');
  if (!isObject(format)) return undefined;
  const type = own(format, 'type');
  if (type === 'json_object') return JSON.stringify({ model: request.model, answer: text });
  if (type !== 'json_schema') return undefined;
  return JSON.stringify(sampleJson(schemaOf(format), random));
};

const schemaOf = (format: JsonObject): JsonObject => {
  const named = own(format, 'json_schema');
  const schema = isObject(named) ? own(named, 'schema') : undefined;
  return isObject(schema) ? schema : {};
};
