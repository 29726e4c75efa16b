import { SpillwayError } from '#core/errors.ts';
import { headerText } from '#core/header-text.ts';
import type { Json, JsonObject } from '#core/json.ts';
import type { ParamRules } from '#core/param-rules.ts';
import type { Known } from '#core/redact.ts';
import { CONVERSATIONS, type Operation, type Place, type Provider } from '#providers/provider.ts';
import type { QuotaRules } from '#providers/quota.ts';
import type { Credentials } from '#upstream/credentials.ts';
import type { Quirks } from '#wire/dialect.ts';
import type { DialectName } from '#wire/dialects.ts';

/** What a deployment says about where and how to send. */
export interface TargetSpec {
  readonly name: string;
  readonly id: string;
  readonly group: string;
  readonly model: string;
  readonly apiKey?: string;
  readonly apiBase?: string;
  readonly apiVersion?: string;
  readonly organization?: string;
  /** What it is asked for, whatever its callers speak. */
  readonly speaks?: Operation;
  /** Parameters that only its vendor has. */
  readonly settings?: Readonly<Record<string, Json>>;
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** Fields of a request's body, by the names of the common dialect, where the caller has none. */
  readonly defaults: JsonObject;
  /** Fields of the body as its vendor knows them. */
  readonly extraBody?: JsonObject;
  /** What is done about parameters that its vendor cannot take. */
  readonly params?: ParamRules;
  /** Longest answer of its model, tokens, where known. */
  readonly mostOutputTokens?: number;
  readonly timeoutMs?: number;
  readonly streamTimeoutMs?: number;
  readonly numRetries?: number;
}

/** A deployment ready to be called: everything that does not change from call to call. Holds the key. */
export interface Target {
  readonly spec: TargetSpec;
  /** Its vendor's name in configs. */
  readonly provider: string;
  readonly origin: string;
  /** Where it takes an operation; undefined where its vendor has none. */
  readonly pathOf: (operation: Operation, call: CallPlace) => string | undefined;
  /**
   * Where a conversation in this dialect goes, and in which it is answered: the vendor's own place for
   * the dialect, else where it takes chats; undefined where it takes none.
   */
  readonly conversationAt: (dialect: string, call: CallPlace) => Conversation | undefined;
  /** Where it takes an operation that is no conversation, and how; undefined where its vendor has none. */
  readonly endpointAt: (operation: Operation, call: CallPlace) => Conversation | undefined;
  /** What a model of its vendor wants otherwise. */
  readonly quirksOf: (model: string) => Quirks;
  /** What its vendor charges, and how it speaks of limits. */
  readonly quota: QuotaRules;
  readonly headers: Readonly<Record<string, string>>;
  /** The same, with what of its caller's headers the vendor gets to see. */
  readonly headersFor: (heard: CallerHeaders) => Readonly<Record<string, string>>;
  /** Headers that tell its server how long the call may still take, seconds. */
  readonly hearsDeadline: readonly string[];
  /** Where a fixed header is not enough. */
  readonly credentials?: Credentials;
  /** Whether a stream has to be asked for its usage, and may be. */
  readonly asksUsage: boolean;
  /** What no caller may read in a vendor's words. */
  readonly concealed: Known;
  /** The names that callers see, fit for a header line. */
  readonly shown: { readonly id: string; readonly group: string; readonly name: string };
}

/** Headers of a caller by which it speaks to vendors, names in lower case. */
export type CallerHeaders = Readonly<Record<string, string>>;

/** What of a path depends on the call: the model's name at the vendor, and how it answers. */
export type CallPlace = Pick<Place, 'model' | 'stream'>;

export interface Conversation {
  readonly path: string;
  readonly dialect: DialectName;
  /** The body as this vendor wants it; absent where its dialect says all. */
  readonly amend?: (body: JsonObject) => JsonObject;
}

/**
 * `credentials`: what vouches for it where no key is sent. Throws SpillwayError `config_invalid` when the
 * base URL is none.
 */
export const createTarget = (
  provider: Provider,
  spec: TargetSpec,
  credentials?: Credentials,
): Target => {
  const base = baseUrl(spec.apiBase ?? provider.baseUrl, spec.name);
  const version = spec.apiVersion ?? provider.version?.common;
  const { settings = {} } = spec;
  const placeFor = (call: CallPlace): Place => ({
    ...call,
    version,
    settings,
    base: placeOf(base),
  });
  const pathOf: Target['pathOf'] = (operation, call) => {
    const path = provider.operations[operation]?.path;
    if (path === undefined || typeof path === 'string') return path && below(base, path);
    return below(base, path(placeFor(call)));
  };
  const dialectOf = (operation: Operation, call: CallPlace): DialectName | undefined => {
    const dialect = provider.operations[operation]?.dialect;
    return typeof dialect === 'function' ? dialect(placeFor(call)) : dialect;
  };
  const placeAt = (operation: Operation, call: CallPlace): Conversation | undefined => {
    const [path, dialect] = [pathOf(operation, call), dialectOf(operation, call)];
    if (path === undefined || !dialect) return undefined;
    const amend = provider.operations[operation]?.amend;
    const place = placeFor(call);
    return { path, dialect, ...(amend && { amend: (body: JsonObject) => amend(body, place) }) };
  };
  const conversationAt: Target['conversationAt'] = (dialect, call) => {
    const own = CONVERSATIONS.find((operation) => dialectOf(operation, call) === dialect);
    return placeAt(spec.speaks ?? own ?? 'chat', call);
  };
  const shown = {
    id: headerText(spec.id),
    group: headerText(spec.group),
    name: headerText(spec.name),
  };
  const { origin, hostname } = base;
  const concealed = { keys: secretsOf(spec), places: [hostname] };
  const headers = headersOf(provider, spec, base);
  const asksUsage = !provider.usageUnasked;
  const quirks = quirksOf(provider, spec.model);
  const { quota } = provider;
  return {
    spec,
    provider: provider.name,
    origin,
    pathOf,
    conversationAt: remembered(conversationAt, spec.model),
    endpointAt: placeAt,
    quirksOf: (model) => (model === spec.model ? quirks : quirksOf(provider, model)),
    quota,
    headers,
    headersFor: (heard) => withHeard(headers, provider.hears, heard),
    hearsDeadline: (provider.hearsDeadline ?? []).filter((name) => !Object.hasOwn(headers, name)),
    ...(credentials && { credentials }),
    asksUsage,
    concealed,
    shown,
  };
};

/** What is asked with every request is worked out once for each dialect: for the deployment's own model. */
const remembered = (find: Target['conversationAt'], model: string): Target['conversationAt'] => {
  const [whole, streamed] = [new Map<string, Found>(), new Map<string, Found>()];
  return (dialect, call) => {
    if (call.model !== model) return find(dialect, call);
    const known = call.stream ? streamed : whole;
    const found = known.get(dialect) ?? { at: find(dialect, call) };
    if (known.size < MOST_DIALECTS) known.set(dialect, found);
    return found.at;
  };
};

interface Found {
  readonly at: Conversation | undefined;
}

/** More than there are: their names come from our own code. */
const MOST_DIALECTS = 32;

/** Those that hold for this model, as one. */
const quirksOf = ({ quirks = [] }: Provider, model: string): Quirks => {
  const fitting = quirks.filter(({ models }) => models?.test(model) ?? true);
  const refuses = fitting.flatMap((each) => each.refuses ?? []);
  return fitting.length === 0 ? NO_QUIRKS : (Object.assign({}, ...fitting, { refuses }) as Quirks);
};

const NO_QUIRKS: Quirks = {};

/** Shorter ones are nobody's secret. */
const SECRET_CHARS = 4;
/** Values of headers that are this short are secrets where their name says so. */
const HEADER_CHARS = 8;

/** What configs say in the place of a key, to servers that ask for none. */
const STAND_INS: ReadonlySet<string> = new Set(
  'dummy empty fake local no-key none null ollama placeholder test vllm'.split(' '),
);

/** Parameters that hold one. */
const SECRET_NAME = /secret|token|password|credential|access_key/;
const SECRET_HEADER = /secret|token|password|credential|key|auth|cookie/;

const secretsOf = ({ apiKey = '', extraHeaders, settings = {} }: TargetSpec): string[] => {
  const own = Object.entries(settings).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && typeof value === 'string' ? [value] : [],
  );
  const headers = Object.entries(extraHeaders).flatMap(([name, value]) =>
    value.length >= HEADER_CHARS || SECRET_HEADER.test(name.toLowerCase()) ? [value] : [],
  );
  return [apiKey, ...own, ...headers].filter(
    (text) => text.length >= SECRET_CHARS && !STAND_INS.has(text.toLowerCase()),
  );
};

const baseUrl = (text: string, name: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    url.pathname = url.pathname.replace(/\/+$/, '');
    return url;
  }
  throw new SpillwayError(
    'config_invalid',
    `Deployment ${name}: api_base must be an http(s) URL without user and password, such as https://api.openai.com/v1.`,
  );
};

/** A path below the base URL, whose own query stays and comes last. What a base has of the path already is not said twice. */
const below = ({ pathname, search }: URL, path: string): string => {
  const query = path.includes('?') ? search.replace('?', '&') : search;
  const base = pathname === '/' ? '' : pathname;
  return `${base}${path.slice(overlap(base, path))}${query}`;
};

/** How much of a path's beginning, in whole segments, is the end of its base: `/v1` of `/v1/messages` below `/v1`. */
const overlap = (base: string, path: string): number => {
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1))
    if (base.endsWith(path.slice(0, at))) return at;
  return base !== '' && base.endsWith(path) ? path.length : 0;
};

const withHeard = (
  headers: Readonly<Record<string, string>>,
  hears: Provider['hears'] = {},
  heard: CallerHeaders = {},
): Readonly<Record<string, string>> => {
  const said = Object.entries(heard).filter(([name]) => Object.hasOwn(hears, name));
  if (said.length === 0) return headers;
  const all = said.map(([name, value]) => {
    const ours = hears[name] === 'adds' ? headers[name] : undefined;
    return [name, ours === undefined ? value : `${ours},${value}`] as const;
  });
  return { ...headers, ...Object.fromEntries(all) };
};

const placeOf = ({ host, pathname }: URL): Place['base'] => ({
  host,
  pathname: pathname.replace(/\/+$/, ''),
});

const headersOf = (provider: Provider, spec: TargetSpec, { host }: URL): Record<string, string> => {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    // Compressed answers would have to be opened to be counted, and a stream would stutter.
    'accept-encoding': 'identity',
    'user-agent': 'spillway',
    ...provider.headers,
  };
  if (spec.apiKey !== undefined && !provider.tradesKey) {
    const place = typeof provider.auth === 'function' ? provider.auth(host) : provider.auth;
    if (place === 'bearer' || place.bearer?.test(spec.apiKey))
      headers['authorization'] = `Bearer ${spec.apiKey}`;
    else headers[place.header] = spec.apiKey;
  }
  if (spec.organization !== undefined && provider.organizationHeader !== undefined)
    headers[provider.organizationHeader] = spec.organization;
  for (const [name, value] of Object.entries(spec.extraHeaders))
    headers[name.toLowerCase()] = value;
  return headers;
};
