import { createHash, createHmac } from 'node:crypto';

/** What an account of Amazon's signs with. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where the key is good for a while only. */
  readonly sessionToken?: string | undefined;
}

/** A request as it will be sent. */
export interface Unsigned {
  readonly method: string;
  /** With the port, unless it is the scheme's own. */
  readonly host: string;
  /** With its query; escaped as it is sent. */
  readonly path: string;
  /** Further headers that the signature covers, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whom the signature is for, and when. */
export interface Scope {
  readonly region: string;
  readonly service: string;
  /** Unix epoch ms; the other side takes a signature for five minutes around it. */
  readonly wallMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The headers that Amazon's signature, version 4, adds to a request. Pure: the time comes in. */
export const signV4 = (
  request: Unsigned,
  key: SigningKey,
  { region, service, wallMs }: Scope,
): Record<string, string> => {
  const time = new Date(wallMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const added = {
    'x-amz-date': time,
    ...(key.sessionToken !== undefined && { 'x-amz-security-token': key.sessionToken }),
  };
  const signed = { ...request.headers, host: request.host, ...added };
  const names = Object.keys(signed).toSorted().join(';');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = [ALGORITHM, time, scope, sha256(canonical(request, signed, names))].join('\n');
  const signature = hmac(signingKey(key.secretAccessKey, [day, region, service]), text);
  return {
    ...added,
    authorization: `${ALGORITHM} Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`,
  };
};

const signingKey = (secret: string, parts: readonly string[]): Buffer =>
  [...parts, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const canonical = (
  { method, path, body }: Unsigned,
  headers: Readonly<Record<string, string>>,
  names: string,
): string => {
  const [place = '', query = ''] = path.split(/\?(.*)/s);
  const lines = Object.entries(headers)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim().replaceAll(/\s+/g, ' ')}\n`);
  return [
    method,
    // What is escaped already is escaped once more: only the store of files is signed otherwise.
    place.split('/').map(escaped).join('/'),
    canonicalQuery(query),
    lines.join(''),
    names,
    sha256(body),
  ].join('\n');
};

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .toSorted()
    .join('&');

/** Everything but letters, digits and `-._~`. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
