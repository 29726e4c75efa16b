import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { CopilotCredentialSpec } from '#providers/credential-spec.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { AuthHeaders, Credentials, Outgoing } from '#upstream/credentials.ts';
import { type Grant, Renewal } from '#upstream/renewal.ts';

const TOKEN_URL = 'https://api.github.com/copilot_internal/v2/token';
/** Under the home folder, where LiteLLM leaves what its login got. */
const FOLDER = ['.config', 'litellm', 'github_copilot'];
const FILE = 'access-token';
/** Tokens are for editors only; this is the one that LiteLLM names. */
const EDITOR: AuthHeaders = {
  accept: 'application/json',
  'editor-version': 'vscode/1.85.1',
  'editor-plugin-version': 'copilot/1.155.0',
  'user-agent': 'GithubCopilot/1.155.0',
};
const LOG_IN = 'log in once with LiteLLM, which leaves one there, or write api_key';
/** Whose hosts a token may send requests to, besides the host that gave it. */
const OWN_HOST = /\.(?:githubcopilot|ghe)\.com$/;

/** What an access token is good for, for half an hour. */
interface Pass {
  readonly authorization: string;
  /** Where the account's plan is served. */
  readonly origin?: string;
}

/** Tokens of an account's access token, which holds until it is taken back. */
export const copilotCredentials = (
  spec: CopilotCredentialSpec,
  sources: CredentialSources,
): Credentials => {
  const { clock, log, agents } = sources;
  const renewal = new Renewal<Pass>({
    clock,
    log,
    what: 'GitHub Copilot token',
    fetch: (signal) => fetchPass(spec, sources, signal),
  });
  const common = new URL(spec.baseUrl).origin;
  let latest: string | undefined;
  const headersOf = ({ authorization, origin }: Pass, request: Outgoing): AuthHeaders => {
    latest = origin;
    return { authorization, ...toldOf(request) };
  };
  return {
    headersFor(request) {
      const pass = renewal.get();
      if (!(pass instanceof Promise)) return headersOf(pass, request);
      return pass.then((late) => headersOf(late, request));
    },
    // A base URL of the deployment's own stays.
    placeOf: (origin) =>
      latest === undefined || origin !== common
        ? undefined
        : { origin: latest, agent: agents.of(latest) },
    start: () => renewal.start(),
    close: () => renewal.close(),
  };
};

/**
 * What it wants to know of a body by headers: who speaks, and whether there are pictures. In texts of a
 * body quotes are escaped, so that no text is taken for a field.
 */
const toldOf = ({ headers, body }: Outgoing): AuthHeaders => ({
  ...(!Object.hasOwn(headers, 'x-initiator') && {
    'x-initiator': /"role"\s*:\s*"(?:assistant|tool)"/.test(body) ? 'agent' : 'user',
  }),
  ...(/"type"\s*:\s*"image_url"/.test(body) && { 'copilot-vision-request': 'true' }),
});

const fetchPass = async (
  { key }: CopilotCredentialSpec,
  { ask, clock, variables }: CredentialSources,
  signal: AbortSignal,
): Promise<Grant<Pass>> => {
  const accessToken = key ?? (await readAccessToken(variables));
  const url = variables['GITHUB_COPILOT_API_KEY_URL'] || TOKEN_URL;
  if (!URL.canParse(url)) throw new Error('GITHUB_COPILOT_API_KEY_URL is no URL');
  const headers = { ...EDITOR, authorization: `token ${accessToken}` };
  const { status, text } = await ask({ url, headers, signal });
  const answer = answerIn(text);
  const token = own(answer, 'token');
  if (status !== 200 || !isToken(token))
    throw new Error(`its service answered with status ${status}${hintOf(status)}`);
  const forMs = Number(own(answer, 'expires_at')) * 1000 - clock.wall();
  if (!(forMs > 0))
    throw new Error("its service gave one that is over already; set this machine's clock");
  const origin = originIn(answer, new URL(url));
  return {
    value: { authorization: `Bearer ${token}`, ...(origin !== undefined && { origin }) },
    forMs,
  };
};

/** The file is read anew each time: a new login exchanges it. */
const readAccessToken = async (variables: CredentialSources['variables']): Promise<string> => {
  const {
    HOME: home,
    USERPROFILE: profile,
    GITHUB_COPILOT_TOKEN_DIR: folder,
    GITHUB_COPILOT_ACCESS_TOKEN_FILE: name,
  } = variables;
  const file = resolve(folder || join(home || profile || '/', ...FOLDER), name || FILE);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code ?? 'unknown reason';
    throw new Error(`there is no access token in ${file} (${why}); ${LOG_IN}`, { cause });
  });
  const token = text.trim();
  if (isToken(token)) return token;
  throw new Error(`${file} holds no access token; ${LOG_IN}`);
};

/** What a header carries unchanged, without blanks. */
const isToken = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^[\x21-\x7E]+$/.test(value);

/** Of an error its status and nothing else: its text names the account. */
const hintOf = (status: number): string => {
  if (status === 401)
    return ': the access token is refused; log in once more with LiteLLM, or write another api_key';
  if (status === 403 || status === 404)
    return ': the account has no Copilot, or the access token is not one of a login to Copilot; log in with LiteLLM, or write another api_key';
  return status === 200 ? ' and no token' : '';
};

/** Undefined where it says none, or one where nobody may send a token to. */
const originIn = (answer: JsonObject, service: URL): string | undefined => {
  const endpoints = own(answer, 'endpoints');
  const api = isObject(endpoints) ? own(endpoints, 'api') : undefined;
  const url = typeof api === 'string' && URL.canParse(api) ? new URL(api) : undefined;
  if (url === undefined) return undefined;
  const isOwn = url.protocol === 'https:' && OWN_HOST.test(url.hostname);
  const isService = url.protocol === service.protocol && url.hostname === service.hostname;
  return isOwn || isService ? url.origin : undefined;
};

const answerIn = (text: string): JsonObject => {
  try {
    const said = JSON.parse(text) as Json;
    return isObject(said) ? said : {};
  } catch {
    // A page of HTML: its status says enough.
    return {};
  }
};
