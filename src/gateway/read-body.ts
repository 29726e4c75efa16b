import type { IncomingMessage } from 'node:http';
import type { Clock } from '#core/clock.ts';
import { joined } from '#core/joined.ts';
import { SpillwayError } from '#core/errors.ts';
import { atTurnEnd } from '#core/turn-end.ts';

/** So often it is looked at how much has come, ms. */
const LOOK_MS = 10_000;
/** Who sends less between two looks holds a place for nothing: 1 KB a second. */
const LEAST_BYTES = 10_240;

export interface ReadOptions {
  readonly limitBytes: number;
  readonly clock: Clock;
}

/**
 * The whole body. Throws SpillwayError `too_large` as soon as more than `limitBytes` are announced
 * or have come, `timeout` when it comes too slowly, `client_closed` when the caller leaves in the
 * middle of it.
 */
export const readBody = (req: IncomingMessage, options: ReadOptions): Promise<Buffer> => {
  if (saidBytes(req) > options.limitBytes) return Promise.reject(tooLarge(options.limitBytes));
  const whole = Promise.withResolvers<Buffer>();
  const reading = new Reading(req, options, whole);
  atTurnEnd('begin', reading.begin);
  req.on('data', reading.data);
  // Not `once`, which would wrap them: they come once at most.
  req.on('end', reading.end);
  req.on('error', reading.broken);
  return whole.promise;
};

/** How long it is by its own word; NaN where it does not say. */
const saidBytes = ({ headers }: IncomingMessage): number => Number(headers['content-length']);

/** A body that is coming. */
class Reading {
  readonly #req: IncomingMessage;
  readonly #options: ReadOptions;
  readonly #whole: PromiseWithResolvers<Buffer>;
  #chunks: Buffer[] | undefined;
  #bytes = 0;
  #isOver = false;
  #isLate = false;
  #cancel: (() => void) | undefined;

  constructor(req: IncomingMessage, options: ReadOptions, whole: PromiseWithResolvers<Buffer>) {
    this.#req = req;
    this.#options = options;
    this.#whole = whole;
  }

  readonly data = (chunk: Buffer): void => {
    const { limitBytes } = this.#options;
    this.#bytes += chunk.length;
    if (this.#bytes > limitBytes) return this.#refuse(tooLarge(limitBytes));
    // To push to an empty list makes room for many.
    if (this.#chunks) this.#chunks.push(chunk);
    else this.#chunks = [chunk];
  };

  /** Most come together with their heads: nobody has to look at those. */
  readonly begin = (): void => {
    if (this.#isOver) return this.#resolve();
    this.#isLate = true;
    this.#look();
  };

  readonly end = (): void => {
    this.#over();
    if (this.#isLate) atTurnEnd('begin', this.#resolve);
  };

  /** Does nothing where it has been refused. */
  readonly #resolve = (): void => this.#whole.resolve(joined(this.#chunks));

  readonly broken = (cause: Error): void =>
    this.#refuse(new SpillwayError('client_closed', 'The request broke off.', { cause }));

  #look(): void {
    // Where all of it has come its end does, too.
    if (this.#isOver || this.#bytes >= saidBytes(this.#req)) return;
    const seenBytes = this.#bytes;
    this.#cancel = this.#options.clock.after(LOOK_MS, () => {
      if (this.#bytes - seenBytes < LEAST_BYTES) this.#refuse(tooSlow());
      else this.#look();
    });
  }

  #over(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  #refuse(error: SpillwayError): void {
    this.#over();
    this.#req.removeAllListeners('data');
    this.#whole.reject(error);
  }
}

const tooLarge = (limitBytes: number): SpillwayError =>
  new SpillwayError(
    'too_large',
    `The request is larger than ${limitBytes} bytes; send less, or raise spillway_settings.limits.request_bytes.`,
  );

const tooSlow = (): SpillwayError =>
  new SpillwayError('timeout', 'The request comes slower than 1 KB a second; send it faster.');
