import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { AuthHeaders } from '#upstream/credentials.ts';
import type { Grant } from '#upstream/renewal.ts';

export const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const FORM = 'application/x-www-form-urlencoded';

/** What a token is asked with, for whom, and by when. */
export interface Asking {
  readonly sources: CredentialSources;
  readonly signal: AbortSignal;
}

/** Throws an Error that names the field and shows nothing of the key. */
export const field = (key: JsonObject, name: string): string => {
  const value = own(key, name);
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`the key file has no ${name}`);
};

/** A field that is the address of a service. */
export const address = (key: JsonObject, name: string, common?: string): string => {
  const url = common !== undefined && own(key, name) === undefined ? common : field(key, name);
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new Error(`the key file's ${name} is no URL`);
};

/** A token for what a form says. */
export const exchange = async (
  form: Record<string, string>,
  { url, headers = {} }: { readonly url: string; readonly headers?: Record<string, string> },
  { sources, signal }: Asking,
): Promise<Grant<AuthHeaders>> => {
  const body = new URLSearchParams(form).toString();
  const all = { 'content-type': FORM, ...headers };
  const told = await sources.ask({ method: 'POST', url, headers: all, body, signal });
  return readGrant(told.status, told.text, 'the token endpoint');
};

/** `{access_token, expires_in}`; of an error its short code and nothing else. */
export const readGrant = (status: number, text: string, who: string): Grant<AuthHeaders> => {
  const answer = answerIn(text);
  const token = own(answer, 'access_token');
  const seconds = Number(own(answer, 'expires_in'));
  if (status === 200 && typeof token === 'string' && seconds > 0)
    return { value: { authorization: `Bearer ${token}` }, forMs: seconds * 1000 };
  throw refusal(status, answer, who);
};

/** Nothing where it is a page of HTML. */
export const answerIn = (text: string): JsonObject => {
  try {
    const said = JSON.parse(text) as Json;
    return isObject(said) ? said : {};
  } catch {
    return {};
  }
};

/** The short code of an error, and nothing else of it. */
export const refusal = (status: number, answer: JsonObject, who: string): Error => {
  const said = own(answer, 'error');
  const code = isObject(said) ? own(said, 'status') : said;
  const word = typeof code === 'string' && /^\w{1,60}$/.test(code) ? `, ${code}` : '';
  return new Error(`${who} answered with status ${status}${word}`);
};
