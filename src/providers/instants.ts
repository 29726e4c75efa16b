import type { QuotaReply } from '#providers/quota.ts';

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** `Date` has whole seconds and was written a while ago: less than this is no skew, ms. */
const SKEW_MS = 2000;

/**
 * From now until the instant that a vendor names, ms; negative when it is over, undefined where the
 * text names none. Now is by the vendor's clock where that one and ours disagree.
 */
export const untilMs = (text: string, reply: QuotaReply): number | undefined => {
  const at = instantMs(text);
  return at === undefined ? undefined : at - vendorNowMs(reply);
};

const vendorNowMs = ({ headers, wallMs }: QuotaReply): number => {
  const date = headers['date'];
  const said = typeof date === 'string' ? instantMs(date) : undefined;
  return said === undefined || Math.abs(wallMs - said) < SKEW_MS ? wallMs : said;
};

const instantMs = (text: string): number | undefined => {
  const said = text.trim();
  if (!RFC_3339.test(said) && !HTTP_DATE.test(said)) return undefined;
  const ms = Date.parse(said);
  return Number.isNaN(ms) ? undefined : ms;
};
