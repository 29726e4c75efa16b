import type { IncomingHttpHeaders } from 'node:http';
import { SpillwayError } from '#core/errors.ts';

/** Headers that may carry a key, in the order in which LiteLLM looks at them. */
export const KEY_HEADERS = [
  'x-litellm-api-key',
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'ocp-apim-subscription-key',
] as const;

const SCHEME = /^(?:bearer|basic)\s+/i;

/**
 * The caller's key, whichever of the headers carries it; undefined when none does. An empty header
 * counts as none. Throws SpillwayError `unauthorized` for an Authorization value without a scheme.
 */
export const readCredential = (
  headers: IncomingHttpHeaders,
  names: readonly string[],
): string | undefined => {
  for (const name of names) {
    const value = headers[name];
    if (typeof value !== 'string') continue;
    const bare = value.replace(SCHEME, '');
    const key = bare.trim();
    if (key === '') continue;
    if (name === 'authorization' && bare.length === value.length) throw malformed();
    return key;
  }
  return undefined;
};

const malformed = (): SpillwayError =>
  new SpillwayError(
    'unauthorized',
    'Authentication Error, Malformed API Key passed in. Send it as `Authorization: Bearer sk-…`.',
  );
