import type { CallSize, Cost, QuotaNews } from '#core/quota.ts';
import type { Usage } from '#wire/chat-event.ts';
import type { ReplyHeaders } from '#wire/dialect.ts';

/** One answer of a vendor's, as far as its limits are concerned. */
export interface QuotaReply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** Of an error, as text; empty where there is none or it has not come yet. */
  readonly body: string;
  /** Unix epoch ms at which it came: for headers that name an instant. */
  readonly wallMs: number;
}

/**
 * A vendor's limits as data: what it charges, what it gives back, how it speaks of them. Pure.
 * `model` is its name at the vendor: some models count more than others.
 */
export interface QuotaRules {
  /** Whose limits a deployment draws from when the config does not say: its key's, or its own. */
  readonly scope: 'key' | 'deployment';
  /** What a call is charged before it runs, in every dimension that this vendor limits. */
  readonly charge: (size: CallSize, model: string) => Cost;
  /**
   * What a call comes to in the end: `charged`, or less or more where the vendor settles by what was
   * used. Without `usage` nothing is known.
   */
  settle(charged: Cost, usage: Usage | undefined, model: string): Cost;
  /** Never throws; what cannot be read, or cannot be true, is left out. */
  read(reply: QuotaReply): QuotaNews;
}
