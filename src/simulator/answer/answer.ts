import type { Random } from '#core/random.ts';
import type { Block, FinishReason } from '#wire/chat-event.ts';
import type { ChatRequest, Tool } from '#wire/chat-request.ts';
import { answerText } from '#simulator/answer/text.ts';
import { chooseTools } from '#simulator/answer/tool.ts';
import { sampleJson } from '#simulator/answer/sample-json.ts';
import { drawId } from '#simulator/draw.ts';
import { splitTokens } from '#simulator/tokens.ts';

/** A text or a tool call, in pieces of about a token. */
interface Said {
  readonly block: Block;
  readonly pieces: readonly string[];
}

/** One choice of an answer: a text, or calls of tools, one after another. */
export interface Choice {
  readonly blocks: readonly Said[];
  readonly finish: { readonly reason: FinishReason; readonly raw: string };
}

/** Tokens of all its blocks. */
export const lengthOf = ({ blocks }: Choice): number =>
  blocks.reduce((sum, { pieces }) => sum + pieces.length, 0);

interface Speaker {
  readonly project: string;
  readonly random: Random;
  /** How ids of its calls begin. */
  readonly callPrefix: string;
  /** How long a text it says, tokens; a few sentences unless said. */
  readonly tokens?: number | undefined;
}

/** What the simulated model says to a request: tool calls, JSON where JSON was asked for, or text. */
export const composeChoice = (request: ChatRequest, speaker: Speaker): Choice => {
  const { random } = speaker;
  const tools = chooseTools(request);
  if (tools.length > 0)
    return bounded(request, { blocks: tools.map((tool) => callOf(tool, speaker)), finish: CALLED });
  const text = answerText(request.messages, { model: request.model, ...speaker });
  const json = jsonAnswer(request, text, random);
  const pieces = json === undefined ? spoken(text, speaker) : splitTokens(json);
  return bounded(request, { blocks: [{ block: { kind: 'text' }, pieces }], finish: STOPPED });
};

const callOf = ({ name, schema = EMPTY_OBJECT }: Tool, { callPrefix, random }: Speaker): Said => {
  const id = drawId(callPrefix, 24, random);
  const input = JSON.stringify(sampleJson(schema, random));
  return { block: { kind: 'tool-call', id, name }, pieces: splitTokens(input) };
};

const STOPPED = { reason: 'stop', raw: 'stop' } as const;
const CALLED = { reason: 'tool-calls', raw: 'tool_calls' } as const;
const CUT_SHORT = { reason: 'length', raw: 'length' } as const;

const bounded = ({ maxOutputTokens = Infinity }: ChatRequest, choice: Choice): Choice => {
  if (lengthOf(choice) <= maxOutputTokens) return choice;
  let left = maxOutputTokens;
  const blocks = choice.blocks.flatMap(({ block, pieces }) => {
    const kept = pieces.slice(0, left);
    left -= kept.length;
    return kept.length === 0 ? [] : [{ block, pieces: kept }];
  });
  return { blocks, finish: CUT_SHORT };
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
