import { readFile } from 'node:fs/promises';
import { type Json, isObject, own } from '#core/json.ts';
import type { EntraCredentialSpec } from '#providers/credential-spec.ts';
import type { Told } from '#upstream/ask.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { AuthHeaders, Credentials } from '#upstream/credentials.ts';
import { type Grant, Renewal } from '#upstream/renewal.ts';

const AUTHORITY = 'https://login.microsoftonline.com';
const MACHINE_URL = 'http://169.254.169.254/metadata/identity/oauth2/token';
const BEARER_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const bearer = (token: string): AuthHeaders => ({ authorization: `Bearer ${token}` });

/** Tokens of an application (by its secret, or by the token of its workload), or of the machine. */
export const entraCredentials = (
  spec: EntraCredentialSpec,
  sources: CredentialSources,
): Credentials => {
  const { token } = spec;
  if (token !== undefined) return { headersFor: () => bearer(token), start() {}, close() {} };
  const { clock, log } = sources;
  const renewal = new Renewal<AuthHeaders>({
    clock,
    log,
    what: 'Microsoft Entra token',
    fetch: (signal) => fetchToken(spec, sources, signal),
  });
  return {
    headersFor: () => renewal.get(),
    start: () => renewal.start(),
    close: () => renewal.close(),
  };
};

const fetchToken = (
  spec: EntraCredentialSpec,
  sources: CredentialSources,
  signal: AbortSignal,
): Promise<Grant<AuthHeaders>> => {
  const { tenant, clientId, clientSecret, tokenFile } = spec;
  if (tenant !== undefined && clientId !== undefined) {
    if (clientSecret !== undefined)
      return tokenFor({ client_secret: clientSecret }, { spec, sources, signal });
    if (tokenFile !== undefined) return tokenOfWorkload(tokenFile, { spec, sources, signal });
  }
  return tokenOfMachine(spec, sources, signal);
};

interface Asking {
  readonly spec: EntraCredentialSpec;
  readonly sources: CredentialSources;
  readonly signal: AbortSignal;
}

/** The file is read anew each time: whoever runs the workload exchanges it. */
const tokenOfWorkload = async (file: string, asking: Asking): Promise<Grant<AuthHeaders>> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read (${cause.code ?? 'unknown reason'})`, { cause });
  });
  const assertion = { client_assertion_type: BEARER_TYPE, client_assertion: text.trim() };
  return tokenFor(assertion, asking);
};

const tokenFor = async (
  proof: Readonly<Record<string, string>>,
  { spec, sources, signal }: Asking,
): Promise<Grant<AuthHeaders>> => {
  const { tenant = '', clientId = '', scope, authority = AUTHORITY } = spec;
  const base = authority.replace(/\/+$/, '');
  const url = `${base}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
  if (!URL.canParse(url)) throw new Error('its authority is no URL');
  const form = { grant_type: 'client_credentials', client_id: clientId, scope, ...proof };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(form).toString();
  const told = await sources.ask({ method: 'POST', url, headers, body, signal });
  return readGrant(told, sources.clock.wall(), 'the directory');
};

/** Of the identity that the platform gives to what runs on it. */
const tokenOfMachine = async (
  { scope, clientId }: EntraCredentialSpec,
  { ask, clock, variables }: CredentialSources,
  signal: AbortSignal,
): Promise<Grant<AuthHeaders>> => {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: word } = variables;
  const query = {
    'api-version': endpoint ? '2019-08-01' : '2018-02-01',
    resource: scope.replace(/\/\.default$/, ''),
    ...(clientId !== undefined && { client_id: clientId }),
  };
  const url = `${endpoint || MACHINE_URL}?${new URLSearchParams(query).toString()}`;
  if (!URL.canParse(url)) throw new Error('IDENTITY_ENDPOINT is no URL');
  const headers: Record<string, string> = endpoint
    ? { 'x-identity-header': word ?? '' }
    : { metadata: 'true' };
  const told = await ask({ url, headers, signal }).catch((cause: Error) => {
    const message = `no application is named, and the machine has no identity (${cause.message})`;
    throw new Error(message, { cause });
  });
  return readGrant(told, clock.wall(), 'the identity service');
};

/** `{access_token, expires_in}`, or `expires_on` in Unix seconds; of an error its short code and nothing else. */
const readGrant = ({ status, text }: Told, wallMs: number, who: string): Grant<AuthHeaders> => {
  let said: Json = null;
  try {
    said = JSON.parse(text) as Json;
  } catch {
    // A page of HTML: its status says enough.
  }
  const answer = isObject(said) ? said : {};
  const token = own(answer, 'access_token');
  const inMs = Number(own(answer, 'expires_in')) * 1000;
  const forMs = inMs > 0 ? inMs : Number(own(answer, 'expires_on')) * 1000 - wallMs;
  if (status === 200 && typeof token === 'string' && forMs > 0)
    return { value: bearer(token), forMs };
  const code = own(answer, 'error');
  const word = typeof code === 'string' && /^\w{1,60}$/.test(code) ? `, ${code}` : '';
  // Of its text only the number that its documentation explains.
  const number = /\bAADSTS\d{3,8}\b/.exec(text.slice(0, 2000))?.[0];
  throw new Error(
    `${who} answered with status ${status}${word}${number === undefined ? '' : ` (${number})`}`,
  );
};
