import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { SpillwayError } from '#core/errors.ts';
import { isRouteAmong } from '#core/route-kinds.ts';
import type { Authenticate, Caller } from '#keys/authenticate.ts';
import { principalOf } from '#keys/principal.ts';

/** Paths of which more is said than keys say. */
export interface RouteRules {
  /** All that there are; absent: no bound. */
  readonly routes?: readonly string[];
  readonly adminRoutes?: readonly string[];
  readonly publicRoutes?: readonly string[];
}

/** Who may come in by their address. */
export interface AddressRules {
  /** The proxy in front says who comes. */
  readonly isForwarded?: true;
  /** Absent: everybody may. */
  readonly admits?: (address: string) => boolean;
}

const WITH_PORT = /^(?:\[(?<six>[^\]]+)\]|(?<four>\d+(?:\.\d+){3}))(?::\d+)?$/;

/**
 * Whose request it is, by address. Of what a header says only the end is the word of the proxy in front;
 * what comes before it, whoever asked may have written. Empty where that is no address.
 */
export const addressOf = (
  { headers, socket }: IncomingMessage,
  { isForwarded }: AddressRules,
): string => {
  const said = isForwarded ? headers['x-forwarded-for'] : undefined;
  if (typeof said !== 'string') return socket.remoteAddress ?? '';
  const last = said.slice(said.lastIndexOf(',') + 1).trim();
  const { six, four } = WITH_PORT.exec(last)?.groups ?? {};
  const address = six ?? four ?? last;
  return isIP(address) === 0 ? '' : address;
};

export const mayEnter = (req: IncomingMessage, rules: AddressRules): boolean =>
  rules.admits?.(addressOf(req, rules)) ?? true;

/** Throws SpillwayError `forbidden` for an address that is not let in. */
export const demandAddress = (req: IncomingMessage, rules: AddressRules): void => {
  if (mayEnter(req, rules)) return;
  const address = addressOf(req, rules) || 'unknown';
  throw new SpillwayError('forbidden', `Access forbidden: IP address ${address} not allowed.`);
};

const NOBODY: Caller = { word: 'public', isMaster: false };

/** Where no key is needed, a good one says who comes all the same, and a bad one shuts nobody out. */
const orNobody =
  (authenticate: Authenticate): Authenticate =>
  (knock) => {
    try {
      return authenticate(knock);
    } catch {
      return NOBODY;
    }
  };

/** What the config says of paths comes before what a key says. */
export const withRouteRules = (
  authenticate: Authenticate,
  { routes, adminRoutes = [], publicRoutes = [] }: RouteRules,
): Authenticate => {
  if (!routes && adminRoutes.length + publicRoutes.length === 0) return authenticate;
  const welcomed = orNobody(authenticate);
  return (knock) => {
    const { path } = knock;
    const shown = path.slice(0, 200);
    if (routes && !isRouteAmong(routes, path))
      throw new SpillwayError('forbidden', `Access forbidden: Route ${shown} not allowed`);
    if (isRouteAmong(publicRoutes, path)) return welcomed(knock);
    const caller = authenticate(knock);
    if (isRouteAmong(adminRoutes, path) && principalOf(caller).role !== 'proxy_admin')
      throw new SpillwayError(
        'forbidden',
        `user not allowed to access this route. Route=${shown} is an admin only route`,
      );
    return caller;
  };
};
