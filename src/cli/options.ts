import { InvalidArgumentError } from 'commander';
import { isTimeZone } from '#core/time-zone.ts';

/** Throws InvalidArgumentError, which commander shows beside the option's name. */
export const parsePort = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535; 0 picks a free one.');
};

/** Throws InvalidArgumentError, which commander shows beside the option's name. */
export const parseCount = (text: string): number => {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1) return count;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
};

/** Throws InvalidArgumentError, which commander shows beside the option's name. */
export const parseTimeZone = (text: string): string => {
  if (isTimeZone(text)) return text;
  throw new InvalidArgumentError('It must be a time zone, such as Asia/Tokyo.');
};
