import { abortSignalOf } from '#core/call-signal.ts';
import { SpillwayError } from '#core/errors.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { Source } from '#wire/chat-request.ts';
import { fetchedSource } from '#wire/fetched-source.ts';
import type { LinkedPart } from '#wire/linked-parts.ts';

/** What is at an address of the public network, or of one that the operator allows. */
export type FetchFile = (
  url: string,
  of: { readonly limitBytes: number; readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<{ readonly status: number; readonly type: string; readonly bytes: Uint8Array }>;

/** So many files of one request are fetched, and so many at once. */
const MOST_FILES = 20;
const MOST_AT_ONCE = 4;
/** All files of one request, in files of the largest size. */
const MOST_TOGETHER = 4;
const MOST_URL_CHARS = 4_096;

/**
 * The files that one request names by their addresses, for vendors that take bytes only: each is
 * fetched once, whoever is asked for the answer.
 */
export class LinkedFiles {
  readonly #deps: Pick<GatewayDeps, 'clock' | 'settings'>;
  readonly #fetch: FetchFile;
  readonly #signal: AbortSignal;
  readonly #found = new Map<string, Source>();
  readonly #failed = new Map<string, SpillwayError>();
  #bytes = 0;

  constructor(
    deps: Pick<GatewayDeps, 'clock' | 'settings'>,
    fetchFile: FetchFile,
    { signal }: Pick<GatewayCall, 'signal'>,
  ) {
    this.#deps = deps;
    this.#fetch = fetchFile;
    this.#signal = abortSignalOf(signal);
  }

  /** By their addresses. */
  get found(): ReadonlyMap<string, Source> {
    return this.#found;
  }

  /** Throws SpillwayError `invalid_request` that names the part which cannot be had, or the signal's reason. */
  async fetch(parts: readonly LinkedPart[]): Promise<void> {
    const wanted = [...new Map(parts.map((part) => [part.url, part])).values()];
    const excess = wanted[MOST_FILES];
    if (excess) throw unfetched(excess, `of one request ${MOST_FILES} files are fetched`);
    const known = wanted.flatMap(({ url }) => this.#failed.get(url) ?? []);
    if (known[0]) throw known[0];
    const over = new AbortController();
    const signal = AbortSignal.any([this.#signal, over.signal]);
    const queue = wanted.filter(({ url }) => !this.#found.has(url));
    const deadline = this.#deps.clock.now() + this.#deps.settings.files.timeoutMs;
    const work = async (): Promise<void> => {
      for (let part = queue.shift(); part; part = queue.shift())
        await this.#one(part, { deadline, signal });
    };
    try {
      await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
    } finally {
      over.abort();
    }
  }

  async #one(part: LinkedPart, of: { deadline: number; signal: AbortSignal }): Promise<void> {
    try {
      this.#found.set(part.url, await this.#source(part, of));
    } catch (thrown) {
      if (of.signal.aborted) throw thrown;
      const error = unfetched(part, SpillwayError.from(thrown).message);
      this.#failed.set(part.url, error);
      throw error;
    }
  }

  async #source(
    { kind, url }: LinkedPart,
    { deadline, signal }: { deadline: number; signal: AbortSignal },
  ): Promise<Source> {
    const { clock, settings } = this.#deps;
    const { mostBytes: limitBytes } = settings.files;
    if (url.length > MOST_URL_CHARS || !/^https?:\/\//i.test(url) || !URL.canParse(url))
      throw refused('its address is none of the web');
    const timeoutMs = deadline - clock.now();
    if (timeoutMs <= 0) throw refused('the files before it have taken all of the time');
    const { status, type, bytes } = await this.#fetch(url, { limitBytes, timeoutMs, signal });
    if (status !== 200) throw refused(`its server answered with status ${status}`);
    this.#bytes += bytes.length;
    if (this.#bytes > MOST_TOGETHER * limitBytes)
      throw refused(`together the files are larger than ${MOST_TOGETHER * limitBytes} bytes`);
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const source = fetchedSource(kind, whole, type);
    if (source) return source;
    throw refused(`what is there is no ${kind} of a kind that is known`);
  }
}

const refused = (message: string): SpillwayError => new SpillwayError('invalid_request', message);

const unfetched = ({ kind, at }: LinkedPart, why: string): SpillwayError => {
  const message = `The ${kind} at \`${at}\` cannot be fetched for a vendor that takes bytes only: ${why.replace(/\.$/, '')}. Send it in a data URL.`;
  return new SpillwayError('invalid_request', message, { param: at });
};
