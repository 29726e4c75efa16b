import type { Lease } from '#balancer/admit.ts';
import type { Clock } from '#core/clock.ts';
import type { QuotaRules } from '#providers/quota.ts';
import type { ReplyReader } from '#upstream/call.ts';
import type { TransportFailure } from '#upstream/failure.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

/** Longest error page that is read for what it says of limits, bytes. */
const ERROR_BYTES = 65_536;

/**
 * Stands before a reader and tells the lease what the answer says of the limits behind it: an
 * answer's headers at once, an error's together with its text, and before the reader hears of its end.
 */
export class QuotaReader implements ReplyReader {
  readonly #reader: ReplyReader;
  readonly #of: { readonly lease: Lease; readonly rules: QuotaRules; readonly clock: Clock };
  #status = 0;
  #headers: ReplyHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(reader: ReplyReader, of: { lease: Lease; rules: QuotaRules; clock: Clock }) {
    this.#reader = reader;
    this.#of = of;
  }

  head(status: number, headers: ReplyHeaders): void {
    this.#status = status;
    this.#headers = headers;
    if (status === 200) this.#tell();
    this.#reader.head(status, headers);
  }

  data(chunk: Buffer): void {
    if (this.#status !== 200 && this.#bytes < ERROR_BYTES) {
      this.#chunks.push(chunk);
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

  #tellError(): void {
    if (this.#status !== 200 && this.#status !== 0) this.#tell();
  }

  #tell(): void {
    const { lease, rules, clock } = this.#of;
    const body = Buffer.concat(this.#chunks).toString('utf8', 0, ERROR_BYTES);
    const [status, headers] = [this.#status, this.#headers];
    lease.observed(rules.read({ status, headers, body, wallMs: clock.wall() }), clock.now());
  }
}
