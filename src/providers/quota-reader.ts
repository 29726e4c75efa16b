import type { QuotaNews, QuotaRefusal } from '#core/quota.ts';
import type { Writable } from '#core/writable.ts';
import { amount } from '#providers/amounts.ts';
import { type LimitHeaders, readLimits } from '#providers/limit-headers.ts';
import type { QuotaReply, QuotaRules } from '#providers/quota.ts';
import { readRefused, type Refused } from '#providers/refusals.ts';

/** How one vendor speaks of its limits. */
export interface QuotaSpeech {
  readonly limits: readonly LimitHeaders[];
  readonly organizationHeader?: string;
  readonly projectHeader?: string;
  /** The header with the tokens that a call was charged. */
  readonly chargedHeader?: string;
  /** Of an answer with an error status; undefined where it has nothing to do with a limit. */
  refusal(refused: Refused): QuotaRefusal | undefined;
}

export const quotaReader =
  (speech: QuotaSpeech): QuotaRules['read'] =>
  (reply): QuotaNews => {
    const refused = reply.status >= 400 ? readRefused(reply) : undefined;
    const refusal = refused && speech.refusal(refused);
    const organization = name(reply, speech.organizationHeader) ?? refused?.said.organization;
    const project = name(reply, speech.projectHeader);
    const chargedText = header(reply, speech.chargedHeader);
    const charged = chargedText === undefined ? undefined : amount(chargedText);
    const news: Writable<QuotaNews> = { told: readLimits(reply, speech.limits) };
    if (refusal) news.refusal = refusal;
    if (organization !== undefined) news.organization = organization;
    if (project !== undefined) news.project = project;
    if (charged !== undefined) news.charged = { tokens: charged };
    return news;
  };

const header = ({ headers }: QuotaReply, key: string | undefined): string | undefined => {
  const value = key === undefined ? undefined : headers[key];
  return typeof value === 'string' ? value : undefined;
};

/** Printable and no longer than names are: it is shown, and compared. */
const name = (reply: QuotaReply, key: string | undefined): string | undefined => {
  const value = header(reply, key);
  return value !== undefined && /^[\x21-\x7E]{1,128}$/.test(value) ? value : undefined;
};
