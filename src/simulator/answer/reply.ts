import type { JsonObject } from '#core/json.ts';
import type { Choice } from '#simulator/answer/answer.ts';
import type { ChatEvent, Usage } from '#wire/chat-event.ts';
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
export const wholeReply = (answer: Answer): JsonObject =>
  openaiChat.writeReply([
    ...startsOf(answer),
    ...answer.choices.map(({ pieces }, index): ChatEvent => ({
      type: 'block-delta',
      index,
      delta: pieces.join(''),
    })),
    ...endsOf(answer),
  ]);

/** The answer as the data of server-sent events, a step at a time; the last step ends the stream. */
export function* streamSteps(answer: Answer, includeUsage: boolean): Generator<string[]> {
  const steps = stepCount(answer);
  const writer = openaiChat.streamWriter({ includeUsage });
  for (let step = 0; step < steps; step++) {
    const isLast = step === steps - 1;
    const events = [
      ...(step === 0 ? startsOf(answer) : []),
      ...answer.choices.flatMap(({ pieces }, index): ChatEvent[] => {
        const delta = pieces[step];
        return delta === undefined ? [] : [{ type: 'block-delta', index, delta }];
      }),
      ...(isLast ? endsOf(answer) : []),
    ];
    const frames = events.flatMap((event) => writer.push(event));
    yield [...frames, ...(isLast ? writer.end() : [])].map(({ data }) => data);
  }
}

/** One block for each choice, under its number. */
const startsOf = ({ id, model, created, choices }: Answer): ChatEvent[] => [
  { type: 'start', id, model, created },
  ...choices.map(({ block }, index): ChatEvent => ({
    type: 'block-start',
    index,
    block,
    choice: index,
  })),
];

const endsOf = (answer: Answer): ChatEvent[] => [
  ...answer.choices.map((_, index): ChatEvent => ({ type: 'block-end', index })),
  { type: 'usage', usage: usageOf(answer) },
  ...answer.choices.map(({ finish }, choice): ChatEvent => ({ type: 'finish', ...finish, choice })),
];

const usageOf = (answer: Answer): Usage => ({
  inputTokens: answer.inputTokens,
  outputTokens: tokensWithin(answer, Infinity),
  ...(answer.cachedTokens !== undefined && { cachedTokens: answer.cachedTokens }),
});
