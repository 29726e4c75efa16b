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
  const { status, body } = await client.fetch(request, signal).catch(asTheirs);
  if (status !== 200)
    throw new SpillwayError(
      'invalid_request',
      `There is no file at this address: status ${status}.`,
    );
  return Buffer.from(body).toString('utf8');
};

/** What a node of an app would fail with is here a fault of the address that somebody has given. */
const asTheirs = (thrown: unknown): never => {
  const error = SpillwayError.from(thrown);
  if (error.code !== 'node_failed') throw error;
  throw new SpillwayError('invalid_request', error.message, {
    param: 'yaml_url',
    cause: error.cause,
  });
};
