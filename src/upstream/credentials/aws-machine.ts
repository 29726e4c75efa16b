import { readFile } from 'node:fs/promises';
import { type Json, isObject, own } from '#core/json.ts';
import type { SigningKey } from '#wire/sigv4.ts';
import type { Told } from '#upstream/ask.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { Grant } from '#upstream/renewal.ts';

const CONTAINER_URL = 'http://169.254.170.2';
const MACHINE_URL = 'http://169.254.169.254';
const TOKEN_PATH = '/latest/api/token';
const ROLE_PATH = '/latest/meta-data/iam/security-credentials/';
/** Of the word that the machine's service wants with each question: for these few only, s. */
const TOKEN_S = 60;

/** The key of the container's role, from the agent beside it. */
export const keyOfContainer = async (
  { ask, clock, variables }: CredentialSources,
  signal: AbortSignal,
): Promise<Grant<SigningKey>> => {
  const relative = variables['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const url = relative
    ? `${CONTAINER_URL}${relative}`
    : (variables['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '');
  if (!URL.canParse(url)) throw new Error('AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL');
  const file = variables['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const authorization = file
    ? (await readFile(file, 'utf8')).trim()
    : variables['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  const headers = authorization ? { authorization } : {};
  return readKey(await ask({ url, headers, signal }), clock.wall(), 'the container’s agent');
};

/** The key of the machine's role, from its metadata service, version 2. */
export const keyOfMachine = async (
  { ask, clock, variables }: CredentialSources,
  signal: AbortSignal,
): Promise<Grant<SigningKey>> => {
  if (/^true$/i.test(variables['AWS_EC2_METADATA_DISABLED'] ?? ''))
    throw new Error(`${NOTHING}, and the machine's metadata service is turned off`);
  const endpoint = variables['AWS_EC2_METADATA_SERVICE_ENDPOINT']?.replace(/\/+$/, '');
  const base = endpoint || MACHINE_URL;
  const told = async (path: string, headers: Record<string, string>): Promise<string> => {
    const method = path === TOKEN_PATH ? 'PUT' : 'GET';
    const { status, text } = await ask({ method, url: `${base}${path}`, headers, signal }).catch(
      (cause: Error) => {
        const message = `${NOTHING}, and no metadata service answers (${cause.message})`;
        throw new Error(message, { cause });
      },
    );
    if (status === 200) return text.trim();
    throw new Error(`${NOTHING}, and the metadata service answered with status ${status}`);
  };
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_S) };
  const word = { 'x-aws-ec2-metadata-token': await told(TOKEN_PATH, ttl) };
  const [role = ''] = (await told(ROLE_PATH, word)).split('\n');
  const text = await told(`${ROLE_PATH}${encodeURIComponent(role)}`, word);
  return readKey({ status: 200, headers: {}, text }, clock.wall(), 'the metadata service');
};

const NOTHING = 'there is no key in the config, the environment and the files of AWS';

const readKey = ({ status, text }: Told, wallMs: number, who: string): Grant<SigningKey> => {
  let said: Json = null;
  try {
    said = JSON.parse(text) as Json;
  } catch {
    // Told below.
  }
  const field = (name: string): string | undefined => {
    const value = isObject(said) ? own(said, name) : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [accessKeyId, secretAccessKey, sessionToken, until] = [
    field('AccessKeyId'),
    field('SecretAccessKey'),
    field('Token'),
    field('Expiration'),
  ];
  const forMs = until === undefined ? NaN : Date.parse(until) - wallMs;
  if (status === 200 && accessKeyId && secretAccessKey && forMs > 0)
    return { value: { accessKeyId, secretAccessKey, sessionToken }, forMs };
  throw new Error(`${who} answered with status ${status} and no key`);
};
