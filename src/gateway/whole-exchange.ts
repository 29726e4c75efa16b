import { isAscii } from 'node:buffer';
import type { Failure } from '#balancer/attempts.ts';
import { SpillwayError } from '#core/errors.ts';
import { joined } from '#core/joined.ts';
import { type Json, type JsonObject, isObject } from '#core/json.ts';
import { atTurnEnd } from '#core/turn-end.ts';
import type { RefusalIn } from '#gateway/quota-reader.ts';
import { answeredFailure, transportAttemptFailure } from '#gateway/upstream-failure.ts';
import type { ReplyReader } from '#upstream/call.ts';
import type { TransportFailure } from '#upstream/failure.ts';
import type { Target } from '#upstream/target.ts';
import type { UpstreamError, Usage } from '#wire/chat-event.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

/** Above this a reply is passed on without being parsed: that would hold the loop for too long. */
const PARSED_BYTES = 4_194_304;
/** Longest error page that is read, bytes. */
const ERROR_BYTES = 65_536;

export interface WholeAnswer {
  readonly bytes: Buffer;
  /** The same as a text, where each of its characters is a byte: it need not be read out again. */
  readonly text?: string | undefined;
  /** The vendor's content filter has cut it. */
  readonly isFiltered?: boolean;
  readonly usage: Usage | undefined;
}

/** What an answer is to its caller. */
export interface ToldAnswer extends Omit<WholeAnswer, 'bytes' | 'text'> {
  /** Where it is written anew. */
  readonly bytes?: Buffer;
}

/** How an operation's replies are read. */
export interface ReplyCodec {
  /** Whether it needs every reply read, however large. */
  readonly readsAll?: boolean;
  /** Undefined where the body does not hold what was asked for. */
  answerOf(body: JsonObject): ToldAnswer | undefined;
  readError(status: number, headers: ReplyHeaders, body: string): UpstreamError;
}

export type WholeResult = { readonly answer: WholeAnswer } | { readonly failure: Failure };

/** Who hears what a reply came to, once. */
export interface Settling {
  settle(result: WholeResult): void;
}

export interface WholeOptions {
  readonly target: Target;
  readonly replyBytes: number;
  readonly codec: ReplyCodec;
  readonly to: Settling;
}

const NO_HEADERS: ReplyHeaders = {};

/** Gathers one whole reply and says once what it came to. */
export class WholeExchange implements ReplyReader {
  readonly #options: WholeOptions;
  /** Who knows what class of limit an error speaks of, where anybody does. */
  limits: { readonly refusalIn: RefusalIn } | undefined;
  #status = 0;
  #headers = NO_HEADERS;
  #chunks: Buffer[] | undefined;
  #bytes = 0;

  constructor(options: WholeOptions) {
    this.#options = options;
  }

  head(status: number, headers: ReplyHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  data(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const ok = this.#status === 200;
    if (this.#bytes > (ok ? this.#options.replyBytes : ERROR_BYTES)) {
      if (!ok) return;
      const limit = this.#options.replyBytes;
      throw new SpillwayError(
        'upstream_invalid',
        `The reply is larger than ${limit} bytes; ask for less.`,
      );
    }
    // To push to an empty list makes room for many.
    if (this.#chunks) this.#chunks.push(chunk);
    else this.#chunks = [chunk];
  }

  end(): void {
    atTurnEnd('settle', () => this.#options.to.settle(this.#result()));
  }

  /** What cannot be read is its vendor's failure, whatever it does to the reader: somebody waits for it. */
  #result(): WholeResult {
    try {
      return this.#read();
    } catch (cause) {
      const message = 'The upstream answered with something that cannot be read; try again.';
      return { failure: invalid(this.#options.target, message, cause) };
    }
  }

  #read(): WholeResult {
    const bytes = joined(this.#chunks);
    const { target, codec } = this.#options;
    if (this.#status !== 200)
      return this.#refused(codec.readError(this.#status, this.#headers, bytes.toString('utf8')));
    if (bytes.length > PARSED_BYTES && !codec.readsAll)
      return { answer: { bytes, usage: undefined } };
    const text = bytes.toString('utf8');
    const body = parse(text);
    if (!isObject(body)) return { failure: invalid(target, NOT_JSON) };
    const answer = codec.answerOf(body);
    // Some vendors say 200 and mean an error.
    if (!answer) return this.#refused(codec.readError(502, {}, text));
    const { usage, isFiltered = false } = answer;
    return {
      answer: answer.bytes
        ? { bytes: answer.bytes, text: undefined, usage, isFiltered }
        : { bytes, text: isAscii(bytes) ? text : undefined, usage, isFiltered },
    };
  }

  #refused(error: UpstreamError): WholeResult {
    const { target } = this.#options;
    return { failure: answeredFailure(error, target, this.limits?.refusalIn(error)) };
  }

  failed(failure: TransportFailure): void {
    const { target, to } = this.#options;
    to.settle({ failure: transportAttemptFailure(failure, target) });
  }
}

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

const NOT_JSON = 'The upstream answered with something that is not JSON; try again.';

const invalid = (target: Target, message: string, cause?: unknown): Failure => {
  const error = new SpillwayError('upstream_invalid', message, { cause });
  return transportAttemptFailure({ kind: 'broken', error }, target);
};
