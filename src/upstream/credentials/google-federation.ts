import { readFile } from 'node:fs/promises';
import { type JsonObject, isObject, own } from '#core/json.ts';
import type { AuthHeaders } from '#upstream/credentials.ts';
import {
  type Asking,
  SCOPE,
  address,
  answerIn,
  exchange,
  field,
  refusal,
} from '#upstream/credentials/google-grant.ts';
import { signedQuestion } from '#upstream/credentials/google-aws.ts';
import type { Grant } from '#upstream/renewal.ts';

const STS_URL = 'https://sts.googleapis.com/v1/token';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
/** So long a service account is stood in for, s: longer needs a rule of its project's. */
const LIFETIME_S = 3600;
/** Tokens and what is around them are short, characters. */
const MOST_CHARS = 65_536;

/**
 * Workload identity federation: the token of somebody whom Google trusts, exchanged for one of Google's,
 * and that for one of a service account where the file names it.
 */
export const federated = async (key: JsonObject, asking: Asking): Promise<Grant<AuthHeaders>> => {
  const wish = own(key, 'service_account_impersonation');
  const lifetime = isObject(wish) ? own(wish, 'token_lifetime_seconds') : undefined;
  const itself = (): Promise<Grant<AuthHeaders>> => exchanged(key, asking);
  if (own(key, 'service_account_impersonation_url') === undefined) return itself();
  return impersonated({ ...key, ...(lifetime !== undefined && { lifetime }) }, itself, asking);
};

const exchanged = async (key: JsonObject, asking: Asking): Promise<Grant<AuthHeaders>> => {
  const userProject = own(key, 'workforce_pool_user_project');
  const [id, secret] = [own(key, 'client_id'), own(key, 'client_secret')];
  const form = {
    grant_type: EXCHANGE,
    audience: field(key, 'audience'),
    scope: SCOPE,
    requested_token_type: ACCESS_TOKEN,
    subject_token_type: field(key, 'subject_token_type'),
    subject_token: await subjectToken(key, asking),
    ...(typeof userProject === 'string' && { options: JSON.stringify({ userProject }) }),
  };
  const isClient = typeof id === 'string' && typeof secret === 'string';
  const basic = isClient && Buffer.from(`${id}:${secret}`).toString('base64');
  const headers = basic ? { authorization: `Basic ${basic}` } : {};
  return exchange(form, { url: address(key, 'token_url', STS_URL), headers }, asking);
};

/** Who the workload is, as a file or a service of its own place says it. */
const subjectToken = async (key: JsonObject, asking: Asking): Promise<string> => {
  const said = own(key, 'credential_source');
  const source = isObject(said) ? said : {};
  const [file, url] = [own(source, 'file'), own(source, 'url')];
  if (own(source, 'executable') !== undefined)
    throw new Error(
      "the key file's credential_source is a program, and none is run here; write the file, or the url, that has its token",
    );
  const environment = own(source, 'environment_id');
  if (environment === 'aws1') return signedQuestion(key, source, asking);
  if (environment !== undefined)
    throw new Error(
      "the key file's credential_source is an account of a cloud that is not known here; write the file, or the url, of a token instead",
    );
  if (typeof file === 'string' && file !== '')
    return tokenIn(await textOf(file), source, 'the file');
  if (typeof url === 'string' && url !== '')
    return tokenIn(await answerAt(source, asking), source, 'the url');
  throw new Error("the key file's credential_source has neither file nor url");
};

const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code ?? 'unknown reason';
    throw new Error(`the file of its credential_source cannot be read (${why})`, { cause });
  });

const answerAt = async (source: JsonObject, { sources, signal }: Asking): Promise<string> => {
  const url = address(source, 'url');
  const said = own(source, 'headers');
  const headers = Object.fromEntries(
    Object.entries(isObject(said) ? said : {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  );
  const { status, text } = await sources.ask({ url, headers, signal });
  if (status === 200) return text;
  throw new Error(`the url of its credential_source answered with status ${status}`);
};

/** As it stands there, or in a field of JSON. */
const tokenIn = (text: string, source: JsonObject, where: string): string => {
  const said = own(source, 'format');
  const format = isObject(said) ? said : {};
  const name = own(format, 'subject_token_field_name');
  const isJson = own(format, 'type') === 'json';
  const token = isJson ? own(answerIn(text), typeof name === 'string' ? name : '') : text.trim();
  if (typeof token === 'string' && token !== '' && token.length <= MOST_CHARS) return token;
  throw new Error(
    `${where} of its credential_source has no token${isJson ? ' in the field that its format names' : ''}`,
  );
};

/** A token of the service account that another identity, whose token `by` is, may stand in for. */
export const impersonated = async (
  key: JsonObject,
  by: () => Promise<Grant<AuthHeaders>>,
  { sources, signal }: Asking,
): Promise<Grant<AuthHeaders>> => {
  const url = address(key, 'service_account_impersonation_url');
  const { value } = await by();
  const [delegates, lifetime] = [own(key, 'delegates'), own(key, 'lifetime')];
  const body = JSON.stringify({
    scope: [SCOPE],
    lifetime: `${typeof lifetime === 'number' ? lifetime : LIFETIME_S}s`,
    ...(Array.isArray(delegates) && delegates.length > 0 && { delegates }),
  });
  const headers = { 'content-type': 'application/json', ...value };
  const { status, text } = await sources.ask({ method: 'POST', url, headers, body, signal });
  const answer = answerIn(text);
  const [token, until] = [own(answer, 'accessToken'), own(answer, 'expireTime')];
  const forMs = Date.parse(typeof until === 'string' ? until : '') - sources.clock.wall();
  if (status === 200 && typeof token === 'string' && forMs > 0)
    return { value: { authorization: `Bearer ${token}` }, forMs };
  throw refusal(status, answer, 'the service that stands in for service accounts');
};
