import { SpillwayError } from '#core/errors.ts';
import { writtenHeaders } from '#core/written-headers.ts';

/**
 * What may go out of the headers that somebody has written. Throws SpillwayError `node_failed`.
 *
 * `Host` names no other host than the address does: whom a flow may call is decided by the address,
 * and one server often answers for many names, of which an operator has allowed one.
 */
export const outgoingHeaders = (
  url: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> => {
  const pairs = writtenHeaders(Object.entries(headers));
  const { host, protocol } = new URL(url);
  const other = pairs.find(
    ([name, value]) =>
      /^host$/i.test(name) && URL.parse(`${protocol}//${value.trim()}`)?.host !== host,
  );
  if (other)
    throw new SpillwayError(
      'node_failed',
      `The header Host is ${shown(other[1])}, the address says ${shown(host)}: a request goes to whom its address names.`,
    );
  return Object.fromEntries(pairs.filter(([name]) => !/^host$/i.test(name)));
};

const shown = (text: string): string => JSON.stringify(text.slice(0, 60));
