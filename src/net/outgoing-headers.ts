import { SpillwayError } from '#core/errors.ts';

/** Names that are ours to write: how a message is framed is no matter of who sends it. */
const FRAMING =
  /^(content-length|transfer-encoding|connection|keep-alive|proxy-connection|upgrade|te|trailer|expect)$/i;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

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
  const pairs = Object.entries(headers).filter(([name]) => !FRAMING.test(name));
  for (const [name, value] of pairs) {
    if (!NAME.test(name))
      throw new SpillwayError('node_failed', `${shown(name)} is no name of a header.`);
    if (!VALUE.test(value))
      throw new SpillwayError(
        'node_failed',
        `The header ${name.slice(0, 60)} has characters that no header can have; send them in the body, or encode them.`,
      );
  }
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
