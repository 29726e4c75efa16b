import type { IncomingMessage } from 'node:http';
import type { Clock } from '#core/clock.ts';
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
export const readBody = (
  req: IncomingMessage,
  { limitBytes, clock }: ReadOptions,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    let cancel = (): void => {};
    const over = (): void => {
      isOver = true;
      cancel();
    };
    const refuse = (error: SpillwayError): void => {
      over();
      req.removeAllListeners('data');
      reject(error);
    };
    if (Number(req.headers['content-length']) > limitBytes) return refuse(tooLarge(limitBytes));
    const look = (seenBytes: number): void => {
      if (isOver) return;
      cancel = clock.after(LOOK_MS, () => {
        if (bytes - seenBytes < LEAST_BYTES) refuse(tooSlow());
        else look(bytes);
      });
    };
    // Most come together with their heads: nobody has to look at those.
    atTurnEnd(() => look(0));
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) return refuse(tooLarge(limitBytes));
      chunks.push(chunk);
    });
    req.on('end', () => {
      over();
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    req.on('error', (cause) =>
      refuse(new SpillwayError('client_closed', 'The request broke off.', { cause })),
    );
  });

const tooLarge = (limitBytes: number): SpillwayError =>
  new SpillwayError(
    'too_large',
    `The request is larger than ${limitBytes} bytes; send less, or raise spillway_settings.limits.request_bytes.`,
  );

const tooSlow = (): SpillwayError =>
  new SpillwayError('timeout', 'The request comes slower than 1 KB a second; send it faster.');
