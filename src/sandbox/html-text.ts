/** Elements whose words nobody reads. */
const HIDDEN: ReadonlySet<string> = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'head',
  'svg',
]);
/** Elements that begin a line. */
const BLOCKS: ReadonlySet<string> = new Set(
  'address article aside blockquote br dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td th thead tr ul'.split(
    ' ',
  ),
);

const TAG = /^<(\/?)([a-z][a-z0-9-]*)\b/i;

/** What a person reads on a page. One pass, however broken the page is. */
export const htmlText = (html: string): string => {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      text += html.slice(at);
      break;
    }
    text += html.slice(at, open);
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    const tag = TAG.exec(html.slice(open, open + 40));
    const close = html.indexOf('>', open);
    if (!tag || close < 0) {
      // A sign that is no tag, or a page that is cut off.
      text += tag ? '' : '<';
      at = tag ? html.length : open + 1;
      continue;
    }
    const name = tag[2]!.toLowerCase();
    at = close + 1;
    if (tag[1] === '' && HIDDEN.has(name)) at = endOf(html, name, at);
    else if (BLOCKS.has(name)) text += '\n';
  }
  return decodeEntities(text)
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n[ \n]*/g, '\n')
    .trim();
};

/** The ends of hidden elements are looked for in one spelling or the other: pages do not mix them. */
const endOf = (html: string, name: string, from: number): number => {
  const ends = [`</${name}`, `</${name.toUpperCase()}`].map((end) => html.indexOf(end, from));
  const found = ends.filter((end) => end >= 0);
  const end = found.length > 0 ? Math.min(...found) : -1;
  const close = end < 0 ? -1 : html.indexOf('>', end);
  return close < 0 ? html.length : close + 1;
};

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  mdash: '—',
  ndash: '–',
  hellip: '…',
  copy: '©',
};

const ENTITY = /&(?:#(?<decimal>\d{1,7})|#x(?<hex>[0-9a-f]{1,6})|(?<name>[a-z]{2,8}));/gi;

/** `&amp;` and its like as the signs that they stand for. */
export const decodeEntities = (text: string): string =>
  text.replaceAll(ENTITY, (whole: string, ...found: unknown[]) => {
    const { decimal, hex, name } = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
