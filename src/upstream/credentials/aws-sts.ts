import { type SigningKey, signV4 } from '#wire/sigv4.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { Grant } from '#upstream/renewal.ts';

/** The service that hands out roles. */
export interface Sts {
  readonly url: string;
  readonly region: string;
  readonly sources: CredentialSources;
  readonly signal: AbortSignal;
}

export interface Role {
  readonly arn: string;
  readonly sessionName: string;
  readonly externalId?: string;
}

/** So long a role is asked for: longer ones need a role that allows it, s. */
const DURATION_S = 3600;
const TYPE = 'application/x-www-form-urlencoded';

/** A key for a role, asked for in the name of another key. */
export const assumeRole = async (
  { arn, sessionName, externalId }: Role,
  by: SigningKey,
  sts: Sts,
): Promise<Grant<SigningKey>> => {
  const more = externalId === undefined ? {} : { ExternalId: externalId };
  const body = formOf('AssumeRole', { RoleArn: arn, RoleSessionName: sessionName, ...more });
  const url = new URL(sts.url);
  const headers = { 'content-type': TYPE };
  const unsigned = { method: 'POST', host: url.host, path: url.pathname, headers, body };
  const wallMs = sts.sources.clock.wall();
  const signature = signV4(unsigned, by, { region: sts.region, service: 'sts', wallMs });
  return ask({ ...headers, ...signature }, body, sts);
};

/** A key for a role that trusts the bearer of a token: nothing is signed. */
export const roleOfIdentity = (
  { arn, sessionName }: Role,
  token: string,
  sts: Sts,
): Promise<Grant<SigningKey>> => {
  const fields = { RoleArn: arn, RoleSessionName: sessionName, WebIdentityToken: token };
  return ask({ 'content-type': TYPE }, formOf('AssumeRoleWithWebIdentity', fields), sts);
};

const formOf = (action: string, fields: Readonly<Record<string, string>>): string =>
  new URLSearchParams({
    Action: action,
    Version: '2011-06-15',
    DurationSeconds: String(DURATION_S),
    ...fields,
  }).toString();

const ask = async (
  headers: Readonly<Record<string, string>>,
  body: string,
  { url, sources, signal }: Sts,
): Promise<Grant<SigningKey>> => {
  const told = await sources.ask({ method: 'POST', url, headers, body, signal });
  const element = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]+)</${name}>`).exec(told.text)?.[1]?.trim();
  const [accessKeyId, secretAccessKey, sessionToken, until] = [
    element('AccessKeyId'),
    element('SecretAccessKey'),
    element('SessionToken'),
    element('Expiration'),
  ];
  const forMs = until === undefined ? NaN : Date.parse(until) - sources.clock.wall();
  if (told.status === 200 && accessKeyId && secretAccessKey && sessionToken && forMs > 0)
    return { value: { accessKeyId, secretAccessKey, sessionToken }, forMs };
  // Its text would name the role and the account.
  const code = element('Code');
  const word = code !== undefined && /^\w{1,60}$/.test(code) ? `, ${code}` : '';
  throw new Error(`the token service (STS) answered with status ${told.status}${word}`);
};
