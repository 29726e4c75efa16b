import type { Failure } from '#balancer/attempts.ts';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Passage, Taker } from '#gateway/passage.ts';
import type { RefusalIn } from '#gateway/quota-reader.ts';
import { answeredFailure, transportAttemptFailure } from '#gateway/upstream-failure.ts';
import type { CallControl, ReplyReader } from '#upstream/call.ts';
import type { TransportFailure } from '#upstream/failure.ts';
import type { Target } from '#upstream/target.ts';
import type { UpstreamError, Usage } from '#wire/chat-event.ts';
import type { ChatDialect, Passing, ReplyHeaders } from '#wire/dialect.ts';
import { wholeUsage } from '#wire/usage-parts.ts';

/** Most that is held back while a stream has said nothing yet, or kept of an error page, bytes. */
const HELD_BYTES = 65_536;
/** How long an opening is held back, ms. */
const HELD_MS = 10_000;

/** Where a committed stream goes. */
export interface StreamSink {
  /** False when it is full: `resume()` on the body goes on. */
  write(bytes: Buffer): boolean;
  /** The stream was whole; `last` ends it. Whoever keeps accounts of it has been told before. */
  end(last: Buffer): void;
  /** It broke off: what was written stands, and must not look complete. */
  fail(error: SpillwayError): void;
}

/** A stream whose first content has come: from here on nothing is retried. */
export interface StreamBody {
  /** Called once; what was held back is written at once. */
  pipe(sink: StreamSink): void;
  resume(): void;
}

export interface StreamOptions {
  readonly target: Target;
  /** The upstream's. */
  readonly dialect: ChatDialect;
  readonly passage: Passage;
  readonly clock: Clock;
  /** Answers that were asked for: without an end mark the stream is whole when so many have finished. */
  readonly choices: number;
  /** Whether the chunk that carries usage alone goes to the caller. */
  readonly includeUsage: boolean;
  readonly refusalIn: RefusalIn;
  /** Before content: the one answer to "did it begin?". */
  readonly settle: (result: { body: StreamBody } | { failure: Failure }) => void;
  /** After content: how it ended. */
  readonly ended: (end: StreamEnd) => void;
}

export interface StreamEnd {
  readonly usage: Usage | undefined;
  /** Messages with content that were passed on. */
  readonly pieces: number;
  /** What it broke off for. */
  readonly failure?: Failure | undefined;
}

type State = 'waiting' | 'refused' | 'committed' | 'over';

/**
 * One streamed reply, passed on message by message. The opening is held back until the first content:
 * until then another deployment can still take over.
 */
export class StreamExchange implements ReplyReader, StreamBody, Taker {
  readonly #options: StreamOptions;
  #call: CallControl | undefined;
  #sink: StreamSink | undefined;
  #ending: ((sink: StreamSink) => void) | undefined;
  #state: State = 'waiting';
  /** Messages of the piece that is being read: nearly always one. */
  #passed: Buffer | undefined;
  #more: Buffer[] = [];
  #held: Buffer[] = [];
  #heldBytes = 0;
  #status = 0;
  #headers: ReplyHeaders = {};
  #told: Partial<Usage> = {};
  readonly #finished = new Set<number>();
  /** Messages with content. */
  #pieces = 0;
  #cancelHold: (() => void) | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** Before the first byte can come. */
  controlledBy(call: CallControl): void {
    this.#call = call;
  }

  head(status: number, headers: ReplyHeaders): void {
    this.#status = status;
    this.#headers = headers;
    if (status !== 200) this.#state = 'refused';
  }

  data(chunk: Buffer): void {
    if (this.#state === 'refused') return this.#hold(chunk);
    if (this.#state === 'over') return this.#call?.abandon();
    try {
      this.#options.passage.push(chunk, this);
    } finally {
      this.#passOn(this.#options.passage.isVerbatim ? chunk : undefined);
    }
  }

  end(): void {
    if (this.#state === 'refused') return this.#settleRefused();
    if (this.#state === 'over') return;
    try {
      this.#options.passage.end(this);
    } catch {
      // Half a message: the stream was cut off in it.
    }
    this.#passOn();
    if (this.#isOver()) return;
    // A vendor that forgets the end mark has still said that it finished.
    if (this.#isFinished() && this.#state === 'committed') return this.#complete([]);
    this.#broken('The upstream ended its stream before it was whole; try again.');
  }

  failed(failure: TransportFailure): void {
    if (this.#state === 'over') return;
    this.#fail(transportAttemptFailure(failure, this.#options.target));
  }

  pipe(sink: StreamSink): void {
    this.#sink = sink;
    const held = Buffer.concat(this.#held.splice(0));
    if (held.length === 0 || sink.write(held)) this.#call?.resume();
    else this.#call?.pause();
    this.#ending?.(sink);
  }

  resume(): void {
    this.#call?.resume();
  }

  get hasBegun(): boolean {
    return this.#state === 'committed';
  }

  take(passing: Passing, bytes: Buffer): boolean {
    if (passing.usage) this.#told = { ...this.#told, ...passing.usage };
    for (const index of passing.finished) this.#finished.add(index);
    if (passing.error) {
      this.#passOn();
      this.#refuse(passing.error);
      return false;
    }
    if (passing.kind === 'done') {
      this.#complete([...this.#takePassed(), bytes]);
      return false;
    }
    if (passing.kind === 'usage' && !this.#options.includeUsage) return true;
    if (this.#passed) this.#more.push(bytes);
    else this.#passed = bytes;
    if (passing.kind === 'opening') this.#holdOnlySoLong();
    if (passing.kind !== 'content') return true;
    this.#pieces++;
    this.#begin();
    return true;
  }

  /** Where all of `chunk` goes on and was in our framing: the bytes as they came, uncopied. */
  #passOn(chunk?: Buffer): void {
    const first = this.#passed;
    if (!first) return;
    if (this.#more.length === 0) {
      this.#passed = undefined;
      return this.#pass(first);
    }
    const passed = this.#takePassed();
    const bytes = passed.reduce((sum, raw) => sum + raw.length, 0);
    this.#pass(bytes === chunk?.length ? chunk : Buffer.concat(passed));
  }

  #takePassed(): readonly Buffer[] {
    const passed = this.#passed ? [this.#passed, ...this.#more] : [];
    this.#passed = undefined;
    this.#more = [];
    return passed;
  }

  /** Asked anew: what is called in between may have ended it. */
  #isOver(): boolean {
    return this.#state === 'over';
  }

  #isFinished(): boolean {
    return this.#finished.size >= this.#options.choices;
  }

  /** An error inside the stream: another deployment may still do better, if nothing was said yet. */
  #refuse(error: UpstreamError): void {
    this.#call?.abandon();
    this.#answered(error);
  }

  #broken(message: string): void {
    this.failed({ kind: 'broken', error: new SpillwayError('stream_truncated', message) });
  }

  #fail(failure: Failure): void {
    const committed = this.#state === 'committed';
    this.#state = 'over';
    this.#cancelHold?.();
    if (!committed) return this.#options.settle({ failure });
    this.#options.ended({ usage: wholeUsage(this.#told), pieces: this.#pieces, failure });
    this.#tell((sink) => sink.fail(failure.error));
  }

  /** A model may think for long after it has said that it is there: its caller is to know so much. */
  #holdOnlySoLong(): void {
    if (this.#state === 'waiting')
      this.#cancelHold ??= this.#options.clock.after(HELD_MS, () => this.#begin());
  }

  #begin(): void {
    this.#cancelHold?.();
    if (this.#state !== 'waiting') return;
    this.#state = 'committed';
    this.#options.settle({ body: this });
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (!this.#sink) this.#hold(bytes);
    else if (!this.#sink.write(bytes)) this.#call?.pause();
  }

  #hold(bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    const full = this.#heldBytes > HELD_BYTES;
    if (full && this.#state === 'refused') return;
    if (full && this.#state === 'waiting')
      throw new SpillwayError(
        'upstream_invalid',
        'The upstream sent no content in its first 64 KB; try again.',
      );
    if (full) this.#call?.pause();
    this.#held.push(bytes);
  }

  #complete(rest: readonly Buffer[]): void {
    // `[DONE]` before anything was said: an answer without content, if it has said so.
    if (this.#state === 'waiting' && this.#finished.size === 0)
      return this.#broken('The upstream sent a stream without an answer; try again.');
    this.#begin();
    const last = Buffer.concat([...rest, this.#options.passage.mark()]);
    this.#state = 'over';
    this.#options.ended({ usage: wholeUsage(this.#told), pieces: this.#pieces });
    this.#tell((sink) => sink.end(last));
  }

  /** The end may come in the same packet as the beginning, before anybody listens. */
  #tell(ending: (sink: StreamSink) => void): void {
    if (this.#sink) ending(this.#sink);
    else this.#ending = ending;
  }

  #settleRefused(): void {
    const body = Buffer.concat(this.#held).toString('utf8');
    this.#answered(this.#options.dialect.readError(this.#status, this.#headers, body));
  }

  #answered(error: UpstreamError): void {
    const { target, refusalIn } = this.#options;
    this.#fail(answeredFailure(error, target, refusalIn(error)));
  }
}
