import type { Random } from '#core/random.ts';
import type { Block, FinishReason } from '#wire/chat-event.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
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
  /** How ids of its calls begin. */
  readonly callPrefix: string;
  /** How long a text it says, tokens; a few sentences unless said. */
  readonly tokens?: number | undefined;
}

/** What the simulated model says to a request: a tool call, JSON where JSON was asked for, or text. */
export const composeChoice = (request: ChatRequest, speaker: Speaker): Choice => {
  const { random } = speaker;
  const tool = chooseTool(request);
  if (tool !== undefined) {
    const block = {
      kind: 'tool-call',
      id: drawId(speaker.callPrefix, 24, random),
      name: tool.name,
    } as const;
    const input = JSON.stringify(sampleJson(tool.schema ?? EMPTY_OBJECT, random));
    return bounded(request, { block, pieces: splitTokens(input), finish: CALLED });
  }
  const text = answerText(request.messages, { model: request.model, ...speaker });
  const json = jsonAnswer(request, text, random);
  const said = json === undefined ? spoken(text, speaker) : splitTokens(json);
  return bounded(request, { block: { kind: 'text' }, pieces: said, finish: STOPPED });
};

const STOPPED = { reason: 'stop', raw: 'stop' } as const;
const CALLED = { reason: 'tool-calls', raw: 'tool_calls' } as const;
const CUT_SHORT = { reason: 'length', raw: 'length' } as const;

const bounded = ({ maxOutputTokens = Infinity }: ChatRequest, choice: Choice): Choice => {
  const { block, pieces } = choice;
  if (pieces.length <= maxOutputTokens) return choice;
  return { block, pieces: pieces.slice(0, maxOutputTokens), finish: CUT_SHORT };
};

/** The text once, or over and over until it has the length that was asked for. */
const spoken = (text: string, { tokens }: Speaker): string[] => {
  if (tokens === undefined) return splitTokens(text);
  const pieces = splitTokens(`${text} `);
  const length = Math.max(1, Math.round(tokens));
  return Array.from({ length }, (_, i) => pieces[i % pieces.length] ?? '');
};

/** A tool without parameters takes an empty object, not just any value. */
const EMPTY_OBJECT = { type: 'object' };

const jsonAnswer = (
  { model, format }: ChatRequest,
  text: string,
  random: Random,
): string | undefined => {
  if (!format) return undefined;
  if (format.kind === 'json') return JSON.stringify({ model, answer: text });
  return JSON.stringify(sampleJson(format.schema, random));
};
