import type { Lease } from '#balancer/admit.ts';
import type { DecisionBuilder } from '#balancer/decision.ts';
import type { Clock } from '#core/clock.ts';
import type { QuotaNews, QuotaRefusal } from '#core/quota.ts';
import type { QuotaReply, QuotaRules } from '#providers/quota.ts';
import type { ReplyReader } from '#upstream/call.ts';
import type { TransportFailure } from '#upstream/failure.ts';
import type { UpstreamError } from '#wire/chat-event.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

/** Longest error page that is read for what it says of limits, bytes. */
const ERROR_BYTES = 65_536;

/** What class of limit an error speaks of, if any. */
export type RefusalIn = (error: UpstreamError) => QuotaRefusal['class'] | undefined;

export interface QuotaReaderOptions {
  readonly lease: Lease;
  readonly decision: DecisionBuilder;
  readonly rules: QuotaRules;
  readonly clock: Clock;
}

const NO_HEADERS: ReplyHeaders = {};

/**
 * Stands before a reader and tells the lease what the answer says of the limits behind it: an
 * answer's headers at once, an error's together with its text, and before the reader hears of its end.
 */
export class QuotaReader implements ReplyReader {
  readonly #reader: ReplyReader;
  readonly #of: QuotaReaderOptions;
  #status = 0;
  #headers = NO_HEADERS;
  /** Of an error. */
  #chunks: Buffer[] | undefined;
  #bytes = 0;
  #news: QuotaNews | undefined;

  constructor(reader: ReplyReader, of: QuotaReaderOptions) {
    this.#reader = reader;
    this.#of = of;
  }

  head(status: number, headers: ReplyHeaders): void {
    this.#status = status;
    this.#headers = headers;
    const id = idOf(headers);
    if (id !== undefined) this.#of.decision.calledUpstream(id);
    if (status === 200) this.#tell();
    this.#reader.head(status, headers);
  }

  data(chunk: Buffer): void {
    if (this.#status !== 200 && this.#bytes < ERROR_BYTES) {
      (this.#chunks ??= []).push(chunk);
      this.#bytes += chunk.length;
    }
    this.#reader.data(chunk);
  }

  end(): void {
    this.#tellError();
    this.#reader.end();
  }

  failed(failure: TransportFailure): void {
    this.#tellError();
    this.#reader.failed(failure);
  }

  /** An error inside an answer that began well is told now, in the words that its reader kept. */
  refusalIn({ status, type, code, message, retryAfterMs }: UpstreamError): ReturnType<RefusalIn> {
    if (this.#status === 200) {
      const error = { message, type, code };
      const body = JSON.stringify({ error });
      const headers = retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) };
      this.#hear({ status, headers, body });
    }
    return this.#news?.refusal?.class;
  }

  #tellError(): void {
    if (this.#status !== 200 && this.#status !== 0) this.#tell();
  }

  #tell(): void {
    const body = this.#chunks ? Buffer.concat(this.#chunks).toString('utf8', 0, ERROR_BYTES) : '';
    this.#hear({ status: this.#status, headers: this.#headers, body });
  }

  #hear({ status, headers, body }: Omit<QuotaReply, 'wallMs'>): void {
    const { lease, decision, rules, clock } = this.#of;
    this.#news = rules.read({ status, headers, body, wallMs: clock.wall() });
    if (this.#news.refusal) decision.refused(this.#news.refusal);
    lease.observed(this.#news, clock.now());
  }
}

/** Where vendors write what they call a request, for whoever has to ask them about it. */
const ID_HEADERS = ['x-request-id', 'request-id', 'x-amzn-requestid', 'apim-request-id'] as const;
const MOST_ID_CHARS = 128;

const idOf = (headers: ReplyHeaders): string | undefined => {
  for (const name of ID_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value.slice(0, MOST_ID_CHARS);
  }
  return undefined;
};
