import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatEvent } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';
import { Candidate } from '#wire/gemini/candidate.ts';
import { readStreamError } from '#wire/gemini/error.ts';
import { countIn, field, objectIn, objectsIn, textIn, without } from '#wire/gemini/fields.ts';
import { finishEvent } from '#wire/gemini/finish.ts';
import { NAME } from '#wire/gemini/name.ts';
import { readUsage, usageDetails } from '#wire/gemini/usage.ts';

/** Answers of one request; what is beyond is not read. */
const MOST_CHOICES = 128;

const broken = (message: string): ChatEvent => ({
  type: 'error',
  error: { kind: 'broken', status: 502, message },
});

/** Throws SpillwayError `upstream_invalid`: a message that is no JSON object. */
export const parseChunk = (data: string): JsonObject => {
  let chunk: Json;
  try {
    chunk = JSON.parse(data) as Json;
  } catch (cause) {
    const message = 'The upstream sent a chunk that is not JSON; try again.';
    throw new SpillwayError('upstream_invalid', message, { cause });
  }
  if (isObject(chunk)) return chunk;
  throw new SpillwayError(
    'upstream_invalid',
    'The upstream sent a chunk that is not an object; try again.',
  );
};

/** Chunks → events. There is no end mark: a stream is whole when each of its answers has a reason. */
export const streamReader = (): Step<Frame, ChatEvent> => {
  const reader = new Reader();
  return {
    push({ data }) {
      try {
        return reader.read(parseChunk(data));
      } catch (thrown) {
        return reader.stop([broken((thrown as Error).message)]);
      }
    },
    end: () => reader.end(),
  };
};

/** A reply in one piece says what a stream of one chunk says. Throws `upstream_invalid` where it is none. */
export const readReply = (body: Json): ChatEvent[] => {
  const isReply =
    isObject(body) && (objectsIn(body, 'candidates').length > 0 || blockReason(body) !== undefined);
  if (!isReply || own(body, 'error'))
    throw new SpillwayError(
      'upstream_invalid',
      'The upstream sent a reply without a candidate; try again.',
    );
  const reader = new Reader();
  return [...reader.read(body), ...reader.end({ isWhole: true })];
};

/** Why a prompt was not answered at all. */
export const blockReason = (chunk: JsonObject): string | undefined => {
  const feedback = objectIn(chunk, 'promptFeedback');
  return feedback && textIn(feedback, 'blockReason');
};

/** What is not said again in an event of its own. */
const READ = ['candidates', 'usageMetadata', 'modelVersion', 'responseId', 'createTime', 'error'];

class Reader {
  readonly #candidates = new Map<number, Candidate>();
  readonly #numbers = { next: 0 };
  #started = false;
  #over = false;
  #id = '';
  /** Counted anew in every chunk. */
  #usage: ChatEvent | undefined;
  #extra: JsonObject = {};
  #blocked: string | undefined;

  read(chunk: JsonObject): ChatEvent[] {
    if (this.#over) return [];
    const error = own(chunk, 'error');
    if (error) return this.stop([{ type: 'error', error: readStreamError(error) }]);
    this.#count(field(chunk, 'usageMetadata'));
    Object.assign(this.#extra, without(chunk, READ));
    this.#blocked ??= blockReason(chunk);
    const answers = objectsIn(chunk, 'candidates');
    if (answers.length === 0 && this.#blocked === undefined) return [];
    const events = this.#started ? [] : [this.#start(chunk)];
    for (const answer of answers) this.#candidateOf(answer)?.read(answer, events);
    return events;
  }

  /** `isWhole`: it came in one piece, and is all there is although no reason is told. */
  end({ isWhole = false } = {}): ChatEvent[] {
    if (this.#over) return [];
    const candidates = [...this.#candidates.values()];
    const finishes = candidates.map((each) => each.finish(isWhole));
    const told = finishes.filter((each) => each !== undefined);
    if (candidates.length === 0 && this.#blocked !== undefined)
      told.push(finishEvent(this.#blocked, { calls: false, choice: 0 }));
    else if (told.length === 0 || told.length < finishes.length)
      return this.stop([broken('The stream ended before it was whole.')]);
    return this.stop(told);
  }

  stop(last: readonly ChatEvent[]): ChatEvent[] {
    if (this.#over) return [];
    this.#over = true;
    if (!this.#started) return last.slice(0, 1);
    const events: ChatEvent[] = [];
    for (const candidate of this.#candidates.values()) candidate.close(events);
    const extra = this.#allExtras();
    if (Object.keys(extra).length > 0) events.push({ type: 'extra', dialect: NAME, value: extra });
    if (this.#usage) events.push(this.#usage);
    return [...events, ...last];
  }

  #start(chunk: JsonObject): ChatEvent {
    this.#started = true;
    this.#id = textIn(chunk, 'responseId') ?? '';
    const created = Math.floor(Date.parse(textIn(chunk, 'createTime') ?? '') / 1000);
    return {
      type: 'start',
      id: this.#id,
      model: textIn(chunk, 'modelVersion') ?? '',
      created: created > 0 ? created : 0,
    };
  }

  #count(told: Json | undefined): void {
    const usage = readUsage(told);
    if (!usage || !isObject(told)) return;
    this.#usage = { type: 'usage', usage };
    const details = usageDetails(told);
    if (Object.keys(details).length > 0) this.#extra['usageMetadata'] = details;
  }

  #candidateOf(answer: JsonObject): Candidate | undefined {
    const number = countIn(answer, 'index') ?? 0;
    const known = this.#candidates.get(number);
    if (known || number >= MOST_CHOICES) return known;
    const candidate = new Candidate(number, { id: this.#id, numbers: this.#numbers });
    this.#candidates.set(number, candidate);
    return candidate;
  }

  /** Those of the first answer stand beside what is said of all of them. */
  #allExtras(): JsonObject {
    const others = [...this.#candidates.entries()].flatMap(([index, { extra }]) =>
      index > 0 && Object.keys(extra).length > 0 ? [{ index, ...extra }] : [],
    );
    return {
      ...this.#extra,
      ...this.#candidates.get(0)?.extra,
      ...(others.length > 0 && { candidates: others }),
    };
  }
}
