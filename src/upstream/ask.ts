import type { Dispatcher } from 'undici';
import type { Agents } from '#upstream/agents.ts';
import { transportFailure } from '#upstream/failure.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

/** One question to a service that gives out tokens. */
export interface Question {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface Told {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly text: string;
}

/** No token, and no error about one, is longer. */
const MOST_BYTES = 262_144;

/** Rejects with an Error whose text shows neither address nor secret. */
export type Ask = (question: Question) => Promise<Told>;

/** Over the same sockets, proxies and authorities as calls to models. */
export const askOver =
  (agents: Agents): Ask =>
  ({ method = 'GET', url, headers = {}, body, signal }) =>
    new Promise((resolve, reject) => {
      const { origin, pathname, search } = new URL(url);
      if (signal.aborted) return reject(signal.reason as Error);
      const gather = new Gathering(resolve, reject);
      signal.addEventListener('abort', () => gather.giveUp(signal.reason as Error), { once: true });
      const path = pathname + search;
      const all = { 'user-agent': 'spillway', 'accept-encoding': 'identity', ...headers };
      const request = { origin, path, method, headers: all, ...(body !== undefined && { body }) };
      agents.of(origin).dispatch(request, gather);
    });

class Gathering implements Dispatcher.DispatchHandler {
  readonly #resolve: (told: Told) => void;
  readonly #reject: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #gaveUp: Error | undefined;
  #status = 0;
  #headers: ReplyHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(resolve: (told: Told) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  giveUp(reason: Error): void {
    this.#gaveUp = reason;
    this.#controller?.abort(reason);
    this.#reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#gaveUp) controller.abort(this.#gaveUp);
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BYTES) this.giveUp(new Error('the answer is too long'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    this.#resolve({ status: this.#status, headers: this.#headers, text });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#reject(this.#gaveUp ?? transportFailure(error).error);
  }
}
