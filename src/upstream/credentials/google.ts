import { createSign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { GoogleCredentialSpec } from '#providers/credential-spec.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { AuthHeaders, Credentials } from '#upstream/credentials.ts';
import {
  type Asking,
  SCOPE,
  address,
  exchange,
  field,
  readGrant,
} from '#upstream/credentials/google-grant.ts';
import { federated, impersonated } from '#upstream/credentials/google-federation.ts';
import { type Grant, Renewal } from '#upstream/renewal.ts';

const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const METADATA_HOST = 'metadata.google.internal';
const TOKEN_PATH = '/computeMetadata/v1/instance/service-accounts/default/token';
/** The longest that the token endpoint grants, s. */
const ASSERTION_S = 3600;
/** Under the home folder, where `gcloud auth application-default login` leaves it. */
const DEFAULT_FOLDER = ['.config', 'gcloud'];
const DEFAULT_FILE = 'application_default_credentials.json';

/**
 * Access tokens of a service account, of a person who has logged in, of an identity that Google trusts, or
 * of the machine it runs on.
 */
export const googleCredentials = (
  spec: GoogleCredentialSpec,
  sources: CredentialSources,
): Credentials => {
  const { clock, log } = sources;
  const renewal = new Renewal<AuthHeaders>({
    clock,
    log,
    what: 'Google access token',
    fetch: async (signal) => {
      const key = await readKey(spec, sources);
      return key ? tokenFor(key, { sources, signal }) : tokenOfMachine(sources, signal);
    },
  });
  return {
    headersFor: () => renewal.get(),
    start: () => renewal.start(),
    close: () => renewal.close(),
  };
};

/** The key file's content, read anew each time: keys are exchanged. Undefined where there is none. */
const readKey = async (
  { key }: GoogleCredentialSpec,
  { variables }: CredentialSources,
): Promise<JsonObject | undefined> => {
  if (typeof key === 'object') return key;
  if (key?.trimStart().startsWith('{')) return parseKey(key, 'the text of the key file');
  if (key) return parseKey(await readKeyFile(key), key);
  const { CLOUDSDK_CONFIG: config, HOME: home, APPDATA: data } = variables;
  const folder = config || (home ? join(home, ...DEFAULT_FOLDER) : data && join(data, 'gcloud'));
  if (!folder) return undefined;
  const file = join(folder, DEFAULT_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseKey(text, file);
};

const readKeyFile = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read (${cause.code ?? 'unknown reason'})`, { cause });
  });

/** A parser's own words would quote the secret. */
const parseKey = (text: string, where: string): JsonObject => {
  let value: Json = null;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // Told below, as what is JSON and no key is.
  }
  if (isObject(value)) return value;
  throw new Error(`${where} is not the JSON of a key file`);
};

/** For whom a key file stands. `project`: who is billed. */
const tokenFor = async (key: JsonObject, asking: Asking): Promise<Grant<AuthHeaders>> => {
  const grant = await grantFor(key, asking);
  const project = own(key, 'quota_project_id');
  if (typeof project !== 'string') return grant;
  return { ...grant, value: { ...grant.value, 'x-goog-user-project': project } };
};

const grantFor = (key: JsonObject, asking: Asking): Promise<Grant<AuthHeaders>> => {
  const type = own(key, 'type');
  if (type === 'service_account') {
    const url = address(key, 'token_uri', TOKEN_URL);
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const wallMs = asking.sources.clock.wall();
    return exchange(
      { grant_type, assertion: assertionOf(key, { audience: url, wallMs }) },
      { url },
      asking,
    );
  }
  if (type === 'authorized_user') {
    const form = {
      grant_type: 'refresh_token',
      client_id: field(key, 'client_id'),
      client_secret: field(key, 'client_secret'),
      refresh_token: field(key, 'refresh_token'),
    };
    return exchange(form, { url: address(key, 'token_uri', TOKEN_URL) }, asking);
  }
  if (type === 'external_account') return federated(key, asking);
  const source = own(key, 'source_credentials');
  if (type === 'impersonated_service_account' && isObject(source))
    return impersonated(key, () => grantFor(source, asking), asking);
  throw new Error(
    `the key file's type must be ${TYPES.join(', ')}; found ${JSON.stringify(type ?? null).slice(0, 60)}`,
  );
};

const TYPES = [
  'service_account',
  'authorized_user',
  'external_account',
  'impersonated_service_account (with source_credentials)',
];

/** A claim that the service account itself has signed: good for one token. */
const assertionOf = (
  key: JsonObject,
  { audience, wallMs }: { readonly audience: string; readonly wallMs: number },
): string => {
  const iat = Math.floor(wallMs / 1000);
  const kid = own(key, 'private_key_id');
  const header = { alg: 'RS256', typ: 'JWT', ...(typeof kid === 'string' && { kid }) };
  const iss = field(key, 'client_email');
  const claims = { iss, scope: SCOPE, aud: audience, iat, exp: iat + ASSERTION_S };
  const said = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const privateKey = field(key, 'private_key');
  try {
    return `${said}.${createSign('RSA-SHA256').update(said).sign(privateKey, 'base64url')}`;
  } catch (cause) {
    throw new Error("the key file's private_key is not an RSA key in PEM form", { cause });
  }
};

const tokenOfMachine = async (
  { ask, variables }: CredentialSources,
  signal: AbortSignal,
): Promise<Grant<AuthHeaders>> => {
  const url = `http://${variables['GCE_METADATA_HOST'] || METADATA_HOST}${TOKEN_PATH}`;
  const headers = { 'metadata-flavor': 'Google' };
  const told = await ask({ url, headers, signal }).catch((cause: Error) => {
    const message = `there is no key file, and the metadata server does not answer (${cause.message})`;
    throw new Error(message, { cause });
  });
  return readGrant(told.status, told.text, 'the metadata server');
};
