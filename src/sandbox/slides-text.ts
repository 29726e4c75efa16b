import { unescaped } from '#core/unescaped.ts';
import { decodeEntities, htmlText } from '#sandbox/html-text.ts';
import { ZipTexts } from '#sandbox/zip-read.ts';

const SLIDE = /^ppt\/slides\/slide(\d+)\.xml$/;
const NOTES = /^ppt\/notesSlides\/notesSlide(\d+)\.xml$/;

/** What stands on the slides of a pptx file, in their order, and in their notes. */
export const slidesText = (bytes: Uint8Array): string => {
  const zip = new ZipTexts(bytes);
  return [...numbered(zip, SLIDE), ...numbered(zip, NOTES)]
    .filter((text) => text !== '')
    .join('\n\n');
};

const numbered = (zip: ZipTexts, pattern: RegExp): string[] =>
  zip.names
    .flatMap((name) => {
      const number = pattern.exec(name)?.[1];
      return number === undefined ? [] : [{ name, number: Number(number) }];
    })
    .toSorted((a, b) => a.number - b.number)
    .map(({ name }) => paragraphs(zip.text(name) ?? ''));

/** Words stand in `a:t`, lines of them in `a:p`. */
const paragraphs = (xml: string): string =>
  xml
    .split('</a:p>')
    .map((line) => texts(line))
    .filter((line) => line.trim() !== '')
    .join('\n');

const texts = (xml: string): string => {
  let text = '';
  for (let at = xml.indexOf('<a:t'); at >= 0; at = xml.indexOf('<a:t', at + 1)) {
    const open = xml.indexOf('>', at);
    const end = xml.indexOf('</a:t>', at);
    // `a:tbl` and its like begin with the same letters.
    if (!/[\s>]/.test(xml[at + 4] ?? '') || open < 0 || end < open) continue;
    text += xml.slice(open + 1, end);
  }
  return decodeEntities(text);
};

/** The chapters of an epub file in the order in which they are read. */
export const bookText = (bytes: Uint8Array): string => {
  const zip = new ZipTexts(bytes);
  const container = zip.text('META-INF/container.xml') ?? '';
  const root = attributeOf(container, 'full-path');
  const book = root === undefined ? undefined : zip.text(root);
  const names = book === undefined ? [] : spineOf(book, root!);
  const chapters = names.length > 0 ? names : zip.names.filter((name) => /\.x?html?$/i.test(name));
  return chapters
    .map((name) => htmlText(zip.text(name) ?? ''))
    .filter((text) => text !== '')
    .join('\n\n');
};

const attributeOf = (tag: string, name: string): string | undefined => {
  const at = tag.indexOf(`${name}=`);
  if (at < 0) return undefined;
  const from = at + name.length + 1;
  const quote = tag[from];
  const end = quote === undefined ? -1 : tag.indexOf(quote, from + 1);
  return end < 0 ? undefined : decodeEntities(tag.slice(from + 1, end));
};

/** `<item id= href=>` of the manifest, in the order of `<itemref idref=>`. */
const spineOf = (book: string, root: string): string[] => {
  const folder = root.slice(0, root.lastIndexOf('/') + 1);
  const hrefs = new Map(
    tagsOf(book, '<item ').map((tag) => [attributeOf(tag, 'id'), attributeOf(tag, ' href')]),
  );
  return tagsOf(book, '<itemref ').flatMap((tag) => {
    const href = hrefs.get(attributeOf(tag, 'idref'));
    return href === undefined ? [] : [folder + unescaped(href.split('#', 1)[0]!)];
  });
};

const tagsOf = (xml: string, start: string): string[] =>
  xml
    .split(start)
    .slice(1)
    .map((rest) => ` ${rest.split('>', 1)[0]}`);
