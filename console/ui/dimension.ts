import { useTranslation } from 'react-i18next';

const WINDOWS: Readonly<Record<number, 'second' | 'minute' | 'hour' | 'day'>> = {
  1: 'second',
  60: 'minute',
  3600: 'hour',
  86_400: 'day',
};

const DIMENSIONS = ['requests', 'tokens', 'input', 'output', 'parallel', 'money'] as const;

interface DimensionWords {
  /** Undefined for what this page has no words for. */
  readonly known: (dimension: string) => (typeof DIMENSIONS)[number] | undefined;
  /** As a heading: `Input tokens`. */
  readonly nameOf: (dimension: string) => string;
  /** After an amount: `33,000 input tokens`. */
  readonly unitOf: (dimension: string) => string;
  /** ` per min`, as it stands behind an amount; empty for what has no window. */
  readonly perOf: (windowS: number) => string;
}

/** What a limit counts, in the reader's language. */
export const useDimension = (): DimensionWords => {
  const { t } = useTranslation();
  const known = (dimension: string) => DIMENSIONS.find((one) => one === dimension);
  return {
    known,
    nameOf(dimension) {
      const one = known(dimension);
      return one ? t(`gauge.dimension.${one}`) : dimension;
    },
    perOf(windowS) {
      const word = WINDOWS[windowS];
      return word
        ? t(`gauge.per.${word}`)
        : windowS > 0
          ? t('gauge.per.seconds', { amount: windowS })
          : '';
    },
    unitOf(dimension) {
      const one = known(dimension);
      return one ? t(`gauge.unit.${one}`) : dimension;
    },
  };
};
