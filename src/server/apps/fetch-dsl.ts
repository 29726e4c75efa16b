import { SpillwayError } from '#core/errors.ts';
import type { GuardedClient } from '#net/guarded-client.ts';

const MOST_BYTES = 10 * 1024 * 1024;
const FETCH_MS = 10_000;

/** The text of a DSL at an address; a page of GitHub's stands for the file that it shows. */
export const fetchDsl = async (client: GuardedClient, address: string): Promise<string> => {
  const url = address.replace(
    /^https:\/\/github\.com\/([^/]+\/[^/]+)\/blob\//,
    'https://raw.githubusercontent.com/$1/',
  );
  if (!/^https?:\/\//.test(url))
    throw new SpillwayError('invalid_request', 'The address must begin with https://.');
  const { signal } = new AbortController();
  const request = { method: 'GET', url, headers: {}, timeoutMs: FETCH_MS, limitBytes: MOST_BYTES };
  const { status, body } = await client.fetch(request, signal);
  if (status !== 200)
    throw new SpillwayError(
      'invalid_request',
      `There is no file at this address: status ${status}.`,
    );
  return Buffer.from(body).toString('utf8');
};
