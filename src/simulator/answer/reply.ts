import type { JsonObject } from '#core/json.ts';
import { type Choice, lengthOf } from '#simulator/answer/answer.ts';
import type { ChatEvent, Usage } from '#wire/chat-event.ts';
import type { ChatDialect, Frame } from '#wire/dialect.ts';

/** What a model says to have thought before it answered, and the vendor's seal on it. */
interface Thought {
  readonly text: string;
  readonly signature: string;
}

/** A composed answer: one choice or several, each cut into tokens. */
export interface Answer {
  readonly id: string;
  readonly model: string;
  /** Unix epoch seconds. */
  readonly created: number;
  readonly choices: readonly Choice[];
  /** Told at once, before the first step. */
  readonly thought?: Thought | undefined;
  readonly inputTokens: number;
  /** Those of them that a cache held, where there is one. */
  readonly cachedTokens?: number;
}

/** How many steps an answer takes: one token of every choice per step, at least one step. */
export const stepCount = ({ choices }: Answer): number =>
  choices.reduce((most, choice) => Math.max(most, lengthOf(choice)), 1);

/** The tokens of all choices that the first `steps` steps produce. */
export const tokensWithin = ({ choices }: Answer, steps: number): number =>
  choices.reduce((sum, choice) => sum + Math.min(steps, lengthOf(choice)), 0);

/** In which words an answer is said. */
export interface Manner {
  readonly dialect: ChatDialect;
  /** The caller's: some answers repeat a part of it, and some are in its older words. */
  readonly request: JsonObject;
}

/** The answer as one body. */
export const wholeReply = (answer: Answer, { dialect, request }: Manner): JsonObject => {
  const said = saidIn(answer).flatMap((steps) => steps.flat());
  return dialect.writeReply([...startOf(answer), ...said, ...endOf(answer)], { request });
};

/** The answer as the messages of a stream, a step at a time; the last step ends the stream. */
export function* streamSteps(
  answer: Answer,
  { dialect, request, includeUsage }: Manner & { readonly includeUsage: boolean },
): Generator<Frame[]> {
  const steps = stepCount(answer);
  const said = saidIn(answer);
  const writer = dialect.streamWriter({ includeUsage, request });
  for (let step = 0; step < steps; step++) {
    const isLast = step === steps - 1;
    const events = [
      ...(step === 0 ? startOf(answer) : []),
      ...said.flatMap((ofChoice) => ofChoice[step] ?? []),
      ...(isLast ? endOf(answer) : []),
    ];
    const frames = events.flatMap((event) => writer.push(event));
    yield [...frames, ...(isLast ? writer.end() : [])];
  }
}

/** What each choice says at each step; blocks have the numbers that follow that of the thought. */
const saidIn = (answer: Answer): ChatEvent[][][] => {
  let first = answer.thought ? 1 : 0;
  return answer.choices.map(({ blocks }, choice) => {
    const steps = blocks.flatMap(({ block, pieces }, i) => {
      const index = first + i;
      return pieces.map((delta, at): ChatEvent[] => [
        ...(at === 0 ? [{ type: 'block-start', index, block, choice } as const] : []),
        { type: 'block-delta', index, delta },
        ...(at === pieces.length - 1 ? [{ type: 'block-end', index } as const] : []),
      ]);
    });
    first += blocks.length;
    return steps;
  });
};

/** And the thought, all at once. */
const startOf = (answer: Answer): ChatEvent[] => [
  { type: 'start', id: answer.id, model: answer.model, created: answer.created },
  ...thoughtOf(answer),
];

const thoughtOf = ({ thought }: Answer): ChatEvent[] =>
  thought
    ? [
        { type: 'block-start', index: 0, block: { kind: 'reasoning' } },
        { type: 'block-delta', index: 0, delta: thought.text },
        { type: 'block-end', index: 0, signature: thought.signature },
      ]
    : [];

const endOf = (answer: Answer): ChatEvent[] => [
  { type: 'usage', usage: usageOf(answer) },
  ...answer.choices.map(({ finish }, choice): ChatEvent => ({ type: 'finish', ...finish, choice })),
];

const usageOf = (answer: Answer): Usage => ({
  inputTokens: answer.inputTokens,
  outputTokens: tokensWithin(answer, Infinity),
  ...(answer.cachedTokens !== undefined && { cachedTokens: answer.cachedTokens }),
});
