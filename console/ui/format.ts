import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../data/queries.ts';

export interface Format {
  readonly count: (value: number) => string;
  /** 12.3k, 1.2万: short in the reader's language. */
  readonly short: (value: number) => string;
  readonly rate: (value: number) => string;
  readonly percent: (share: number) => string;
  /** `350 ms`, `12.4 s`, `3:20`. */
  readonly span: (seconds: number | null | undefined) => string;
  /** Dollars, in the money that the config shows: whole cents; of less than ten of them three digits. */
  readonly money: (usd: number) => string;
  /** The same of what something came to: always those three, so that they stand below each other. */
  readonly cost: (usd: number) => string;
  /** The same, of nanodollars. */
  readonly nanos: (nanos: number) => string;
  readonly time: (iso: string) => string;
  readonly date: (iso: string) => string;
  /** The day alone, and the hour where it is today's. */
  readonly day: (iso: string) => string;
}

/** What stands where nothing is known, or nothing was. */
export const NONE = '–';
type Digits = readonly [few: Intl.NumberFormat, many: Intl.NumberFormat];

const DOLLARS = { code: 'USD', per_dollar: 1 };

/** One digit; below ten seconds always, so that times stand below each other. */
const spanOf = (seconds: number | null | undefined, [few, many]: Digits): string => {
  if (seconds === null || seconds === undefined) return NONE;
  const ms = Math.round(seconds * 1000);
  if (ms < 1000) return `${ms} ms`;
  if (seconds < 100) return `${(seconds < 10 ? few : many).format(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

const digitsOf = (language: string): Digits => [
  new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  new Intl.NumberFormat(language, { maximumFractionDigits: 1 }),
];

/** Times alone, for where it may not be known who looks: other formats ask for the session. */
export const useSpan = (): Format['span'] => {
  const { language } = useTranslation().i18n;
  return (seconds) => spanOf(seconds, digitsOf(language));
};

export const useFormat = (): Format => {
  const { i18n } = useTranslation();
  const { language } = i18n;
  const { code, per_dollar: perDollar } = useSession().data?.currency ?? DOLLARS;
  return useMemo(() => {
    const number = (options: Intl.NumberFormatOptions): ((value: number) => string) => {
      const format = new Intl.NumberFormat(language, options);
      return (value) => format.format(value);
    };
    const digits = digitsOf(language);
    const money = { style: 'currency', currency: code } as const;
    const cents = new Intl.NumberFormat(language, money);
    const small = new Intl.NumberFormat(language, {
      ...money,
      maximumSignificantDigits: 3,
    });
    const padded = new Intl.NumberFormat(language, {
      ...money,
      minimumSignificantDigits: 3,
      maximumSignificantDigits: 3,
    });
    const moneyBy =
      (below: Intl.NumberFormat) =>
      (usd: number): string => {
        const amount = usd * perDollar;
        return (amount !== 0 && Math.abs(amount) < 0.1 ? below : cents).format(amount);
      };
    const costOf = moneyBy(padded);
    const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
    const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
    const date = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
    const hour = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
    return {
      count: number({ maximumFractionDigits: 0 }),
      short: number({ notation: 'compact', maximumFractionDigits: 1, useGrouping: 'always' }),
      rate: number({ minimumFractionDigits: 1, maximumFractionDigits: 1 }),
      percent: number({ style: 'percent', maximumFractionDigits: 0 }),
      span: (seconds) => spanOf(seconds, digits),
      money: moneyBy(small),
      cost: costOf,
      nanos: (nanos) => costOf(nanos / 1e9),
      time: (iso) => clock.format(new Date(iso)),
      date: (iso) => day.format(new Date(iso)),
      day(iso) {
        const at = new Date(iso);
        const isToday = at.toDateString() === new Date().toDateString();
        return isToday ? hour.format(at) : date.format(at);
      },
    };
  }, [language, code, perDollar]);
};
