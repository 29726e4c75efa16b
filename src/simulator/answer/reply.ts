import { isObject, type Json, type JsonObject } from '#core/json.ts';
import type { Choice } from '#simulator/answer/answer.ts';
import type { ChatEvent, Usage } from '#wire/chat-event.ts';
import type { Frame } from '#wire/dialect.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

/** A composed answer: one choice or several, each cut into tokens. */
export interface Answer {
  readonly id: string;
  readonly model: string;
  /** Unix epoch seconds. */
  readonly created: number;
  readonly choices: readonly Choice[];
  readonly inputTokens: number;
  /** Those of them that a cache held, where there is one. */
  readonly cachedTokens?: number;
}

/** How many steps an answer takes: one token of every choice per step, at least one step. */
export const stepCount = ({ choices }: Answer): number =>
  choices.reduce((most, { pieces }) => Math.max(most, pieces.length), 1);

/** The tokens of all choices that the first `steps` steps produce. */
export const tokensWithin = ({ choices }: Answer, steps: number): number =>
  choices.reduce((sum, { pieces }) => sum + Math.min(steps, pieces.length), 0);

/** The answer as one body. */
export const wholeReply = (answer: Answer): JsonObject => {
  const replies = answer.choices.map((choice) =>
    openaiChat.writeReply(wholeEvents(answer, choice)),
  );
  const choices = replies.flatMap((reply, index) => choicesOf(reply, index));
  return { ...replies[0], choices };
};

/** The answer as the data of server-sent events, a step at a time; the last step ends the stream. */
export function* streamSteps(answer: Answer, includeUsage: boolean): Generator<string[]> {
  const steps = stepCount(answer);
  const writers = answer.choices.map(() => openaiChat.streamWriter({ includeUsage }));
  // Only one choice may close the stream: the last of those that take longest.
  const closing = answer.choices.findLastIndex(
    ({ pieces }) => Math.max(pieces.length, 1) === steps,
  );
  for (let step = 0; step < steps; step++) {
    const events: string[] = [];
    for (const [index, writer] of writers.entries()) {
      const choice = answer.choices[index];
      if (choice === undefined) continue;
      const frames = stepEvents(answer, choice, step).flatMap((event) => writer.push(event));
      for (const frame of frames) {
        const data = writers.length === 1 ? frame.data : numbered(frame, index, index === closing);
        if (data !== undefined) events.push(data);
      }
    }
    yield events;
  }
}

const wholeEvents = (answer: Answer, { block, pieces, finish }: Choice): ChatEvent[] => [
  startOf(answer),
  { type: 'block-start', index: 0, block },
  { type: 'block-delta', index: 0, delta: pieces.join('') },
  { type: 'block-end', index: 0 },
  { type: 'usage', usage: usageOf(answer) },
  { type: 'finish', ...finish },
];

const stepEvents = (answer: Answer, choice: Choice, step: number): ChatEvent[] => {
  const { block, pieces, finish } = choice;
  const events: ChatEvent[] = [];
  if (step === 0) events.push(startOf(answer), { type: 'block-start', index: 0, block });
  const delta = pieces[step];
  if (delta !== undefined) events.push({ type: 'block-delta', index: 0, delta });
  if (step !== Math.max(pieces.length, 1) - 1) return events;
  const usage = usageOf(answer);
  events.push(
    { type: 'block-end', index: 0 },
    { type: 'usage', usage },
    { type: 'finish', ...finish },
  );
  return events;
};

const startOf = ({ id, model, created }: Answer): ChatEvent => ({
  type: 'start',
  id,
  model,
  created,
});

const usageOf = (answer: Answer): Usage => ({
  inputTokens: answer.inputTokens,
  outputTokens: tokensWithin(answer, Infinity),
  ...(answer.cachedTokens !== undefined && { cachedTokens: answer.cachedTokens }),
});

/** A frame of one of several choices under its index; undefined for an end that is not its to write. */
const numbered = ({ data }: Frame, index: number, closes: boolean): string | undefined => {
  const chunk = data.startsWith('{') ? (JSON.parse(data) as JsonObject) : {};
  const choices = choicesOf(chunk, index);
  if (choices.length > 0) return JSON.stringify({ ...chunk, choices });
  return closes ? data : undefined;
};

const choicesOf = ({ choices }: JsonObject, index: number): Json[] =>
  Array.isArray(choices)
    ? choices.map((choice) => (isObject(choice) ? { ...choice, index } : choice))
    : [];
