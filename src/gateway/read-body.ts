import type { IncomingMessage } from 'node:http';
import { SpillwayError } from '#core/errors.ts';

/**
 * The whole body. Throws SpillwayError `too_large` as soon as more than `limitBytes` are announced
 * or have come, `client_closed` when the caller leaves in the middle of it.
 */
export const readBody = (req: IncomingMessage, limitBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = (): void => {
      req.removeAllListeners('data');
      reject(
        new SpillwayError(
          'too_large',
          `The request is larger than ${limitBytes} bytes; send less, or raise spillway_settings.limits.request_bytes.`,
        ),
      );
    };
    if (Number(req.headers['content-length']) > limitBytes) return refuse();
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) return refuse();
      chunks.push(chunk);
    });
    req.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    req.once('error', (cause) =>
      reject(new SpillwayError('client_closed', 'The request broke off.', { cause })),
    );
  });
