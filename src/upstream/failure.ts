import { SpillwayError } from '#core/errors.ts';

/** What went wrong on the way, before or instead of an answer from the vendor. */
export type TransportKind = 'connect' | 'reset' | 'timeout' | 'broken';

export interface TransportFailure {
  readonly kind: TransportKind;
  readonly error: SpillwayError;
}

const OWN: Partial<Record<SpillwayError['code'], TransportKind>> = {
  timeout: 'timeout',
  // What vouches for a request cannot be had: it was never sent.
  upstream_unreachable: 'connect',
};

const CONNECT = new Set([
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EPROTO',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ETIMEDOUT']);
/** Whether the other side closed the connection. */
export const isReset = ({ code }: Error & { code?: unknown }): boolean =>
  typeof code === 'string' && RESET.has(code);

/** TLS refusals come under many codes; all of them speak of a certificate. */
const CERTIFICATE = /CERT|SIGNATURE|SELF_SIGNED|ALTNAME|ERR_TLS|ERR_SSL/;

/** No certificate was looked at: one side spoke no TLS, or none that the other one takes. */
const NO_TLS = /^ERR_SSL_.*(?:VERSION|PROTOCOL|HANDSHAKE_FAILURE)/;

/** A socket's or parser's error → its class, with a text that names neither host nor address. */
export const transportFailure = (cause: Error & { code?: unknown }): TransportFailure => {
  if (cause instanceof SpillwayError) return { kind: OWN[cause.code] ?? 'broken', error: cause };
  const code = typeof cause.code === 'string' ? cause.code : '';
  if (NO_TLS.test(code)) return fail('connect', withoutTls(code), cause);
  if (CERTIFICATE.test(code)) return fail('connect', untrusted(code), cause);
  if (code === 'PROXY')
    return fail('connect', `The proxy did not lead there (${cause.message}); check it.`, cause);
  if (code === 'PRIVATE_ADDRESS') return fail('connect', LEADS_INSIDE, cause);
  if (CONNECT.has(code))
    return fail('connect', `The upstream could not be reached (${code}); try again.`, cause);
  if (isReset(cause))
    return fail('reset', 'The upstream closed the connection early; try again.', cause);
  return fail('broken', 'The upstream sent an answer that is not valid HTTP; try again.', cause);
};

const LEADS_INSIDE =
  "The vendor's name leads to an address inside this network; name it as api_base if it is meant, or under spillway_settings.apps.network.allow if apps call it.";

const untrusted = (code: string): string =>
  `The upstream's TLS certificate was not accepted (${code}); ` +
  'a CA of your own goes into litellm_settings.ssl_verify.';

const withoutTls = (code: string): string =>
  `The upstream speaks no TLS that is safe (${code}): it must speak 1.2 at least, ` +
  'and where it speaks none its api_base begins with http://.';

const fail = (kind: TransportKind, message: string, cause: Error): TransportFailure => {
  const code = kind === 'broken' ? 'upstream_invalid' : 'upstream_unreachable';
  return { kind, error: new SpillwayError(code, message, { cause }) };
};
