import { SpillwayError } from '#core/errors.ts';
import { isLoopback } from '#core/hosts.ts';

/** As the environment has them: by the scheme of the place to reach, and the places without any. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  readonly no?: string;
}

/** The proxy on the way to an origin; undefined where it is reached directly. */
export type ChooseProxy = (origin: URL) => URL | undefined;

/** Throws SpillwayError `config_invalid` for a proxy that is no http(s) URL; a bare `host:port` is one. */
export const chooseProxies = (settings: ProxySettings): ChooseProxy => {
  const http = readProxy('http_proxy', settings.http);
  const https = readProxy('https_proxy', settings.https);
  const exceptions = (settings.no ?? '').split(/[\s,]+/).filter(Boolean);
  return (origin) => {
    // A proxy has its own view of "this machine": loopback is always reached directly.
    if (isLoopback(origin.hostname)) return undefined;
    if (exceptions.some((exception) => covers(exception, origin))) return undefined;
    return origin.protocol === 'https:' ? https : http;
  };
};

const readProxy = (name: string, text = ''): URL | undefined => {
  if (text === '') return undefined;
  const url = text.includes('://') ? text : `http://${text}`;
  const proxy = URL.canParse(url) ? new URL(url) : undefined;
  if (proxy && /^https?:$/.test(proxy.protocol) && proxy.hostname !== '') return proxy;
  // The value is not shown: it may carry a password.
  throw new SpillwayError(
    'config_invalid',
    `${name} is no http(s) URL; write it like http://proxy.example:3128.`,
  );
};

/** `*`, `name`, `.name` or `*.name`, each with or without `:port`; a name covers what is below it. */
const covers = (exception: string, { hostname, port, protocol }: URL): boolean => {
  const [, bracketed, plain, itsPort] =
    /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(exception) ?? [];
  if (itsPort !== undefined && itsPort !== (port || DEFAULT_PORT[protocol])) return false;
  const name = (bracketed ?? plain ?? exception).replace(/^\*?\./, '').toLowerCase();
  const host = hostname.replace(/^\[|\]$/g, '');
  return name === '*' || host === name || host.endsWith(`.${name}`);
};

const DEFAULT_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
