import { SpillwayError } from '#core/errors.ts';
import { isHeaderValue } from '#core/header-text.ts';

/** Names that are ours to write: how a message is framed is no matter of who sends it. */
const FRAMING =
  /^(content-length|transfer-encoding|connection|keep-alive|proxy-connection|upgrade|te|trailer|expect)$/i;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;

type Header = readonly [name: string, value: string];

/**
 * Headers that somebody has written for a request of theirs, without those that are not theirs to
 * write. Throws SpillwayError `node_failed` where a name or a value is none.
 */
export const writtenHeaders = (headers: readonly Header[]): Header[] => {
  const theirs = headers.filter(([name]) => !FRAMING.test(name));
  for (const [name, value] of theirs) {
    if (!NAME.test(name))
      throw new SpillwayError(
        'node_failed',
        `${JSON.stringify(name.slice(0, 60))} is no name of a header.`,
      );
    if (!isHeaderValue(value))
      throw new SpillwayError(
        'node_failed',
        `The header ${name.slice(0, 60)} has characters that no header can have; send them in the body, or encode them.`,
      );
  }
  return theirs;
};
