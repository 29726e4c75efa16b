import type { Exchange } from '#simulator/exchange.ts';
import { signV4 } from '#wire/sigv4.ts';

/** So far its time may be from ours, ms. */
const CLOCK_SKEW_MS = 300_000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([\w-]+)\/([\w-]+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=[0-9a-f]{64}$/;

/** The id of the key that has signed; undefined where nothing is signed. */
export const signerOf = (exchange: Exchange): string | undefined =>
  AUTHORIZATION.exec(exchange.header('authorization') ?? '')?.[1];

/** Whether it is signed with `key`, `ID:SECRET`, just now, and none of it has been changed since. */
export const isSigned = (
  exchange: Exchange,
  { key, body, wallMs }: { readonly key: string; readonly body: string; readonly wallMs: number },
): boolean => {
  const authorization = exchange.header('authorization') ?? '';
  const [, , region = '', service = '', signed = ''] = AUTHORIZATION.exec(authorization) ?? [];
  const time = exchange.header('x-amz-date') ?? '';
  const signedMs = Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!(Math.abs(signedMs - wallMs) <= CLOCK_SKEW_MS)) return false;
  const [accessKeyId = '', ...secret] = key.split(':');
  const own = new Set(['host', 'x-amz-date', 'x-amz-security-token']);
  const names = signed.split(';').filter((name) => !own.has(name));
  const headers = Object.fromEntries(names.map((name) => [name, exchange.header(name) ?? '']));
  const { method, url: path } = exchange;
  const expected = signV4(
    { method, host: exchange.header('host') ?? '', path, headers, body },
    {
      accessKeyId,
      secretAccessKey: secret.join(':'),
      sessionToken: exchange.header('x-amz-security-token'),
    },
    { region, service, wallMs: signedMs },
  );
  return expected['authorization'] === authorization;
};
