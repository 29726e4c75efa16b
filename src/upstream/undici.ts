import { createRequire } from 'node:module';
import type { buildConnector, Client } from 'undici';

const load = createRequire(import.meta.url);

/**
 * The two parts of undici that a call to a vendor needs. Its index would bring fetch, web sockets and
 * caches along, which nobody here uses: 80 files more, and 5 MB in every process.
 */
export const UndiciClient = load('undici/lib/dispatcher/client.js') as typeof Client;
export const undiciConnector = load('undici/lib/core/connect.js') as typeof buildConnector;
