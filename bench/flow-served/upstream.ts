import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model that waits, and then says ten words at once: over a real connection. */
export interface PlayedModel {
  readonly url: string;
  /** When the first word of each answer left, ms of this process's clock. */
  readonly firstAt: number[];
  close(): Promise<void>;
}

export interface PlayedOptions {
  readonly answerMs: number;
  /** So many calls in each window, and 429 for those beyond. */
  readonly limit?: { readonly calls: number; readonly windowMs: number };
}

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

export const startPlayedModel = async ({
  answerMs,
  limit,
}: PlayedOptions): Promise<PlayedModel> => {
  const firstAt: number[] = [];
  let [windowAt, calls] = [-Infinity, 0];
  const fits = (): boolean => {
    if (!limit) return true;
    const now = performance.now();
    if (now - windowAt >= limit.windowMs) [windowAt, calls] = [now, 0];
    return ++calls <= limit.calls;
  };
  const answer = (res: ServerResponse): void => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    firstAt.push(performance.now());
    for (let i = 0; i < 10; i++) res.write(chunk({ content: 'word ' }));
    res.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
  };
  const refuse = (res: ServerResponse): void => {
    const wait = Math.ceil((windowAt + (limit?.windowMs ?? 0) - performance.now()) / 1000);
    res.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(wait) });
    res.end(
      JSON.stringify({ error: { message: 'Rate limit reached.', code: 'rate_limit_exceeded' } }),
    );
  };
  const server = createServer((req, res) => {
    req.resume();
    req.once('end', () => {
      if (fits()) setTimeout(() => answer(res), answerMs);
      else refuse(res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    firstAt,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
