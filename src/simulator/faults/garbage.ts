import { z } from '#core/schema.ts';
import type { Effect, Head } from '#simulator/faults/effect.ts';
import { defineFault } from '#simulator/faults/fault.ts';

const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>\n';
/** The lead of a character of two bytes, and no second one. */
const BROKEN_UTF8 = Buffer.from([0xc3, 0x28]);

export default defineFault({
  name: 'garbage',
  about: 'broken JSON, a page with status 200, invalid UTF-8, a length that is not the length',
  example: '{kind: garbage, what: json, after_events: 3}',
  options: {
    what: z.enum(['json', 'html', 'utf8', 'short_length', 'long_length']),
    /** Of a stream: how many events go well before. */
    after_events: z.int().min(0).default(1),
  },
  strike: ({ what, after_events }) => {
    if (what === 'json') return brokenJson(after_events);
    if (what === 'utf8') return brokenText(after_events);
    if (what === 'html') return page();
    return { head: wrongLength(what === 'short_length' ? -SHORT_BY : LONG_BY) };
  },
});

const brokenJson = (after: number): Effect => ({
  whole: (text) => text.slice(0, Math.ceil(text.length / 2)),
  event: (data, { index, frame }) => [
    frame(index === after ? data.slice(0, Math.ceil(data.length / 2)) : data),
  ],
});

const brokenText = (after: number): Effect => ({
  whole: (text) => withBrokenText(text),
  event: (data, { index, frame }) =>
    index === after ? ['data: ', withBrokenText(data), '\n\n'] : [frame(data)],
});

/** Into the text that the answer says, else into the first text there is. */
const withBrokenText = (json: string): Buffer => {
  const content = json.indexOf('"content":"');
  const at = content >= 0 ? content + '"content":"'.length : json.indexOf('"') + 1;
  return Buffer.concat([Buffer.from(json.slice(0, at)), BROKEN_UTF8, Buffer.from(json.slice(at))]);
};

const page = (): Effect => {
  let sent = false;
  return {
    head: ({ status, headers }) => {
      const { 'content-length': _, ...others } = headers;
      return { status, headers: { ...others, 'content-type': 'text/html; charset=utf-8' } };
    },
    pour: (_, line) => {
      const text = sent ? '' : HTML;
      sent = true;
      return text === '' ? Promise.resolve(true) : line.write(text);
    },
  };
};

const SHORT_BY = 10;
const LONG_BY = 1000;
/** What a stream says, which has no length by itself. */
const STREAM_LENGTH = { short: 100, long: 10_000_000 };

const wrongLength =
  (by: number) =>
  ({ status, headers }: Head): Head => {
    const length = headers['content-length'];
    const stream = by < 0 ? STREAM_LENGTH.short : STREAM_LENGTH.long;
    const said = length === undefined ? stream : Math.max(0, Number(length) + by);
    return {
      status,
      headers: { ...headers, 'content-length': String(said), connection: 'close' },
    };
  };
