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

/** `name:value`, one a line. A line without a colon is a name alone. */
export const pairsOf = (text: string): [name: string, value: string][] =>
  text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    const name = (colon < 0 ? line : line.slice(0, colon)).trim();
    return name === '' ? [] : [[name, colon < 0 ? '' : line.slice(colon + 1).trim()]];
  });

/** Names that are ours to write: how a message is framed is no matter of a flow. */
const OURS =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect)$/i;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

export const headersOf = (
  { headers, authorization }: Source,
  fill: (text: string) => string,
): Record<string, string> => {
  const pairs = pairsOf(fill(headers ?? '')).filter(([name]) => !OURS.test(name));
  const wrong = pairs.find(([name]) => !NAME.test(name));
  if (wrong)
    throw new SpillwayError(
      'node_failed',
      `${JSON.stringify(wrong[0].slice(0, 60))} is no name of a header.`,
    );
  return { ...Object.fromEntries(pairs), ...authorised(authorization, fill) };
};

const authorised = (
  authorization: Source['authorization'],
  fill: (text: string) => string,
): Record<string, string> => {
  if (authorization?.type !== 'api-key') return {};
  const { type, api_key: key, header } = authorization.config ?? {};
  const filled = fill(key ?? '').trim();
  if (filled === '')
    throw new SpillwayError('node_failed', 'The API key is empty; look at its variable.');
  const name = header?.trim() || 'Authorization';
  if (type === 'bearer') return { [name]: `Bearer ${filled}` };
  if (type === 'basic') return { [name]: `Basic ${basic(filled)}` };
  return { [name]: filled };
};

/** `user:password` is encoded here; anything else is taken to be so already. */
const basic = (key: string): string =>
  key.includes(':') ? Buffer.from(key).toString('base64') : key;
