import { Buffer } from 'node:buffer';
import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { writtenHeaders } from '#core/written-headers.ts';

export const authorizationSchema = z
  .object({
    type: z.string().nullish(),
    config: z
      .object({
        type: z.string().nullish(),
        api_key: z.string().nullish(),
        header: z.string().nullish(),
      })
      .nullish(),
  })
  .nullish();

interface Source {
  readonly headers?: string | null | undefined;
  readonly authorization?: z.infer<typeof authorizationSchema>;
}

type Pair = readonly [name: string, value: string];

/** `name:value`, one a line. A line without a colon is a name alone. */
const pairsOf = (text: string): Pair[] =>
  text.split('\n').flatMap((line): Pair[] => {
    const colon = line.indexOf(':');
    const name = (colon < 0 ? line : line.slice(0, colon)).trim();
    return name === '' ? [] : [[name, colon < 0 ? '' : line.slice(colon + 1).trim()]];
  });

/**
 * The pairs of a form whose texts hold variables. A value stays in its own pair, whatever lines it
 * has: what somebody has asked makes no pairs of its own. A line that is nothing but a variable may.
 */
export const filledPairs = (text: string, fill: (text: string) => string): Pair[] =>
  text
    .split('\n')
    .flatMap((line) =>
      line.includes(':')
        ? pairsOf(line).map(([name, value]): Pair => [fill(name).trim(), fill(value).trim()])
        : pairsOf(fill(line)),
    )
    .filter(([name]) => name !== '');

/** All of them, a later one in the place of an earlier one, however its name is spelt. */
export const joinedHeaders = (
  ...all: readonly Readonly<Record<string, string>>[]
): Record<string, string> => {
  const pairs = all.flatMap((headers) => Object.entries(headers));
  return Object.fromEntries(
    new Map(pairs.map((pair) => [pair[0].toLowerCase(), pair] as const)).values(),
  );
};

/** Line ends are none of a value, and become blanks. */
export const headersOf = (
  { headers, authorization }: Source,
  fill: (text: string) => string,
): Record<string, string> => {
  const pairs = [...filledPairs(headers ?? '', fill), ...authorised(authorization, fill)];
  const lines = pairs.map(([name, value]): Pair => [name, value.replaceAll(/[\r\n]+/g, ' ')]);
  return joinedHeaders(...writtenHeaders(lines).map((line) => Object.fromEntries([line])));
};

const authorised = (
  authorization: Source['authorization'],
  fill: (text: string) => string,
): Pair[] => {
  if (authorization?.type !== 'api-key') return [];
  const { type, api_key: key, header } = authorization.config ?? {};
  const filled = fill(key ?? '').trim();
  if (filled === '')
    throw new SpillwayError('node_failed', 'The API key is empty; look at its variable.');
  const name = header?.trim() || 'Authorization';
  if (type === 'bearer') return [[name, `Bearer ${filled}`]];
  if (type === 'basic') return [[name, `Basic ${basic(filled)}`]];
  return [[name, filled]];
};

/** `user:password` is encoded here; anything else is taken to be so already. */
const basic = (key: string): string =>
  key.includes(':') ? Buffer.from(key).toString('base64') : key;
