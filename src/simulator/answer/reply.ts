import type { JsonObject } from '#core/json.ts';
import type { Choice } from '#simulator/answer/answer.ts';
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
  choices.reduce((most, { pieces }) => Math.max(most, pieces.length), 1);

/** The tokens of all choices that the first `steps` steps produce. */
export const tokensWithin = ({ choices }: Answer, steps: number): number =>
  choices.reduce((sum, { pieces }) => sum + Math.min(steps, pieces.length), 0);

/** In which words an answer is said. */
export interface Manner {
  readonly dialect: ChatDialect;
  /** The caller's: some answers repeat a part of it, and some are in its older words. */
  readonly request: JsonObject;
}

/** The answer as one body. */
export const wholeReply = (answer: Answer, { dialect, request }: Manner): JsonObject =>
  dialect.writeReply(
    [
      ...startsOf(answer),
      ...answer.choices.map(({ pieces }, index): ChatEvent => ({
        type: 'block-delta',
        index: index + thoughtsIn(answer),
        delta: pieces.join(''),
      })),
      ...endsOf(answer),
    ],
    { request },
  );

/** The answer as the messages of a stream, a step at a time; the last step ends the stream. */
export function* streamSteps(
  answer: Answer,
  { dialect, request, includeUsage }: Manner & { readonly includeUsage: boolean },
): Generator<Frame[]> {
  const steps = stepCount(answer);
  const writer = dialect.streamWriter({ includeUsage, request });
  for (let step = 0; step < steps; step++) {
    const isLast = step === steps - 1;
    const events = [
      ...(step === 0 ? startsOf(answer) : []),
      ...answer.choices.flatMap(({ pieces }, index): ChatEvent[] => {
        const delta = pieces[step];
        const at = index + thoughtsIn(answer);
        return delta === undefined ? [] : [{ type: 'block-delta', index: at, delta }];
      }),
      ...(isLast ? endsOf(answer) : []),
    ];
    const frames = events.flatMap((event) => writer.push(event));
    yield [...frames, ...(isLast ? writer.end() : [])];
  }
}

const thoughtsIn = ({ thought }: Answer): number => (thought ? 1 : 0);

/** The thought, and one block for each choice, under the numbers that follow. */
const startsOf = (answer: Answer): ChatEvent[] => [
  { type: 'start', id: answer.id, model: answer.model, created: answer.created },
  ...thoughtOf(answer),
  ...answer.choices.map(({ block }, choice): ChatEvent => ({
    type: 'block-start',
    index: choice + thoughtsIn(answer),
    block,
    choice,
  })),
];

const thoughtOf = ({ thought }: Answer): ChatEvent[] =>
  thought
    ? [
        { type: 'block-start', index: 0, block: { kind: 'reasoning' } },
        { type: 'block-delta', index: 0, delta: thought.text },
        { type: 'block-end', index: 0, signature: thought.signature },
      ]
    : [];

const endsOf = (answer: Answer): ChatEvent[] => [
  ...answer.choices.map((_, choice): ChatEvent => ({
    type: 'block-end',
    index: choice + thoughtsIn(answer),
  })),
  { type: 'usage', usage: usageOf(answer) },
  ...answer.choices.map(({ finish }, choice): ChatEvent => ({ type: 'finish', ...finish, choice })),
];

const usageOf = (answer: Answer): Usage => ({
  inputTokens: answer.inputTokens,
  outputTokens: tokensWithin(answer, Infinity),
  ...(answer.cachedTokens !== undefined && { cachedTokens: answer.cachedTokens }),
});
