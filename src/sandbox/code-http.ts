import { SpillwayError } from '#core/errors.ts';
import { isObject, own } from '#core/json.ts';
import type { FlowRequest, FlowServices } from '#flow/ports.ts';

/** The one way out, which looks at every address. */
export type CodeFetch = NonNullable<FlowServices['fetch']>;

/** Requests of one program, and what they may bring it together, packed and unpacked, bytes. */
export const MOST_REQUESTS = 50;
const MOST_BYTES = 16 * 1024 * 1024;
/** What requests of one program that are under way send together, characters. */
export const MOST_HELD = 16 * 1024 * 1024;
/** What those of all programs send, and have of their answers, bytes. */
const MOST_HELD_IN_ALL = 64 * 1024 * 1024;
/** Of one answer, bytes. */
const LONGEST_REPLY = 4 * 1024 * 1024;
/** What is sent, characters. */
export const LONGEST_ASK = 6 * 1024 * 1024;

export const HOLDS_TOO_MUCH = `Requests of code that are under way may hold ${MOST_HELD / 1024 / 1024} MB together; wait for some before sending more.`;

/** Bytes that requests of all programs hold. */
export class HeldBytes {
  bytes = 0;

  /** Throws SpillwayError `unavailable` where it is too much, and counts it all the same. */
  hold(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > MOST_HELD_IN_ALL)
      throw new SpillwayError(
        'unavailable',
        `Requests of all code hold ${MOST_HELD_IN_ALL / 1024 / 1024} MB already; try again.`,
      );
  }
}

/** What one program asks of the network: as JSON in both directions, since it crosses into its machine. */
export class CodeHttp {
  readonly #fetch: CodeFetch;
  readonly #limitMs: number;
  readonly #all: HeldBytes;
  readonly #over = new AbortController();
  #asked = 0;
  #bytes = 0;
  /** Characters of what is asked and not answered. */
  #sending = 0;
  #open = 0;

  constructor(fetch: CodeFetch, limitMs: number, all = new HeldBytes()) {
    this.#fetch = fetch;
    this.#limitMs = limitMs;
    this.#all = all;
  }

  /** Requests that have had no answer yet. */
  get open(): number {
    return this.#open;
  }

  /** `{status, headers, body}` with the body in base64, or `{error, kind}`. Never rejects. */
  async ask(text: string): Promise<string> {
    this.#open++;
    let held = 0;
    const hold = (bytes: number): void => {
      held += bytes;
      this.#all.hold(bytes);
    };
    try {
      this.#sending += text.length;
      hold(text.length);
      if (this.#sending > MOST_HELD) throw new SpillwayError('too_large', HOLDS_TOO_MUCH);
      const request = requestIn(text, this.#limitMs);
      if (++this.#asked > MOST_REQUESTS)
        throw new SpillwayError('too_large', `Code may send ${MOST_REQUESTS} requests.`);
      const { signal } = this.#over;
      const count = (bytes: number): void => {
        this.#count(bytes);
        hold(bytes);
      };
      const { status, headers, body } = await this.#fetch({ ...request, count }, signal);
      return JSON.stringify({ status, headers, body: Buffer.from(body).toString('base64') });
    } catch (thrown) {
      const { code, message } = SpillwayError.from(thrown);
      return JSON.stringify({ error: message, kind: code });
    } finally {
      this.#open--;
      this.#sending -= text.length;
      this.#all.bytes -= held;
    }
  }

  /** While they are read: many at once would otherwise be far too much before the first is whole. */
  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MOST_BYTES)
      throw new SpillwayError('too_large', `Code may read ${MOST_BYTES} bytes from the network.`);
  }

  /** The program is over: nobody waits for what is under way. */
  close(): void {
    this.#over.abort(new SpillwayError('client_closed', 'The code is over.'));
  }
}

/** Throws SpillwayError `node_failed` for what is no request. */
const requestIn = (text: string, limitMs: number): FlowRequest => {
  if (text.length > LONGEST_ASK) throw wrong('it is too large');
  const asked: unknown = parsed(text);
  if (!isObject(asked)) throw wrong('it is none');
  const [method, url, headers, body, timeoutMs] = [
    'method',
    'url',
    'headers',
    'body',
    'timeoutMs',
  ].map((name) => own(asked, name));
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw wrong('its address must begin with http:// or https://');
  if (typeof method !== 'string' || !/^[A-Z]{3,10}$/.test(method)) throw wrong('it has no method');
  const time = typeof timeoutMs === 'number' && timeoutMs > 0 ? timeoutMs : limitMs;
  return {
    method,
    url,
    headers: Object.fromEntries(
      Object.entries(isObject(headers) ? headers : {}).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
    ...(typeof body === 'string' && body !== '' && { body: Buffer.from(body, 'base64') }),
    timeoutMs: Math.min(time, limitMs),
    limitBytes: LONGEST_REPLY,
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const wrong = (why: string): SpillwayError =>
  new SpillwayError('node_failed', `The code's request cannot be sent: ${why}.`);
