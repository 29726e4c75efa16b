import { Buffer } from 'node:buffer';
import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';

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

/** Names that are ours to write: how a message is framed is no matter of a flow. */
const OURS =
  /^(content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect)$/i;
/** Line ends are none of it, and become blanks. */
const VALUE = /^[\t\r\n\x20-\x7e\x80-\xff]*$/;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

export const headersOf = (
  { headers, authorization }: Source,
  fill: (text: string) => string,
): Record<string, string> => {
  const pairs = [...filledPairs(headers ?? '', fill), ...authorised(authorization, fill)].filter(
    ([name]) => !OURS.test(name),
  );
  const wrong = pairs.find(([name]) => !NAME.test(name));
  if (wrong)
    throw new SpillwayError(
      'node_failed',
      `${JSON.stringify(wrong[0].slice(0, 60))} is no name of a header.`,
    );
  const unsayable = pairs.find(([, value]) => !VALUE.test(value));
  if (unsayable)
    throw new SpillwayError(
      'node_failed',
      `The header ${unsayable[0]} has characters that no header can have; send them in the body, or encode them.`,
    );
  const lines = pairs.map(([name, value]) => [name, value.replaceAll(/[\r\n]+/g, ' ')] as const);
  return joinedHeaders(...lines.map((line) => Object.fromEntries([line])));
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
