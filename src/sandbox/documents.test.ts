import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { documentText } from '#sandbox/documents.ts';
import { zipOf } from '#sandbox/test-kit.ts';

const read = (extension: string, content: string | Uint8Array, mimeType = ''): Promise<string> =>
  documentText({
    extension,
    mimeType,
    bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
  });

const TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>';
const RELS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const rels = (...targets: string[]): string =>
  `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets.join('')}</Relationships>`;

const DOCX = {
  '[Content_Types].xml': `${TYPES}<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
  '_rels/.rels': rels(
    `<Relationship Id="r1" Type="${RELS}/officeDocument" Target="word/document.xml"/>`,
  ),
  'word/document.xml':
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>こんにちは</w:t></w:r></w:p><w:p><w:r><w:t>Second</w:t></w:r></w:p></w:body></w:document>',
};

const XLSX = {
  '[Content_Types].xml': `${TYPES}<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
  '_rels/.rels': rels(
    `<Relationship Id="r1" Type="${RELS}/officeDocument" Target="xl/workbook.xml"/>`,
  ),
  'xl/_rels/workbook.xml.rels': rels(
    `<Relationship Id="r1" Type="${RELS}/worksheet" Target="worksheets/sheet1.xml"/>`,
  ),
  'xl/workbook.xml': `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${RELS}"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
  'xl/worksheets/sheet1.xml':
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>Count</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>a|b</t></is></c><c r="B2"><v>3</v></c></row></sheetData></worksheet>',
};

/** One page that says so much. */
const pdf = (text: string): string => {
  const stream = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  return `${body}xref\n0 6\n0000000000 65535 f \n${table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF`;
};

test('documents of each kind become text', async () => {
  expect(await read('.docx', zipOf(DOCX))).toBe('こんにちは\n\nSecond');
  expect(await read('.xlsx', zipOf(XLSX))).toBe('| Name | Count |\n| --- | --- |\n| a\\|b | 3 |');
  expect(await read('.pdf', pdf('Hello from a page'))).toContain('Hello from a page');
  expect(await read('.csv', 'a,b\n"x, y","say ""hi"""\n\n1\n')).toBe(
    '| a | b |\n| --- | --- |\n| x, y | say "hi" |\n| 1 |  |',
  );
  expect(await read('.md', '# Title\n')).toBe('# Title\n');
  expect(await read('.json', '{"a": "é"}')).toBe('{"a": "é"}');
  expect(await read('.txt', Uint8Array.from([0x82, 0xa0]))).toBe('あ');
  const chinese = Uint8Array.from([0xd6, 0xd0, 0xce, 0xc4, 0xb2, 0xe2, 0xca, 0xd4]);
  expect(await read('.txt', chinese)).toBe('中文测试');
  expect(await read('.txt', Uint8Array.from([0xe9, 0x74, 0xe9, 0x20]))).toBe('été ');
});

test('tables of a docx are tables, in their place', async () => {
  const cell = (text: string): string =>
    `<w:tc><w:p><w:r><w:t>${text}</w:t></w:r></w:p><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>`;
  const row = (...cells: string[]): string => `<w:tr>${cells.map(cell).join('')}</w:tr>`;
  const written = DOCX['word/document.xml'].replace(
    '<w:p><w:r><w:t>Second',
    `<w:tbl>${row('a', 'b|c')}${row('1 &lt; 2', '&amp;amp;')}</w:tbl>$&`,
  );
  expect(await read('.docx', zipOf({ ...DOCX, 'word/document.xml': written }))).toBe(
    'こんにちは\n\n| a x | b\\|c x |\n| --- | --- |\n| 1 < 2 x | &amp; x |\n\nSecond',
  );
});

const slide = (...lines: string[]): string =>
  `<p:sld><p:txBody>${lines.map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`).join('')}</p:txBody><a:tbl/></p:sld>`;

test('slides and books in their order', async () => {
  const pptx = zipOf({
    'ppt/slides/slide10.xml': slide('last'),
    'ppt/slides/slide2.xml': slide('第二', 'a &amp; b'),
    'ppt/slides/slide1.xml': slide('first'),
    'ppt/notesSlides/notesSlide1.xml': slide('a note'),
    'ppt/other.xml': slide('hidden'),
  });
  expect(await read('.pptx', pptx)).toBe('first\n\n第二\na & b\n\nlast\n\na note');
  const epub = zipOf({
    'META-INF/container.xml': '<container><rootfile full-path="OPS/book.opf"/></container>',
    'OPS/book.opf':
      '<package><manifest><item id="a" href="z%20one.xhtml"/><item href="two.xhtml" id="b"/></manifest><spine><itemref idref="b"/><itemref idref="a"/><itemref idref="gone"/></spine></package>',
    'OPS/z one.xhtml': '<html><body><p>second</p></body></html>',
    'OPS/two.xhtml': '<html><body><h1>first</h1></body></html>',
  });
  expect(await read('.epub', epub)).toBe('first\n\nsecond');
  expect(await read('.epub', zipOf({ 'a.html': '<p>alone</p>' }))).toBe('alone');
});

test('a part that unpacks to more than it says is not read', async () => {
  const bomb = deflateRawSync(Buffer.alloc(40 * 1024 * 1024, 0x20));
  const one = zipOf({ 'ppt/slides/slide1.xml': 'x'.repeat(bomb.length) });
  const bytes = Buffer.from(one);
  bytes.set(bomb, bytes.indexOf('xxxx'));
  for (let at = bytes.indexOf('PK'); at >= 0; at = bytes.indexOf('PK', at + 2)) {
    if (bytes.readUInt16LE(at + 2) === 0x0403) bytes.writeUInt16LE(8, at + 8);
    if (bytes.readUInt16LE(at + 2) === 0x0201) bytes.writeUInt16LE(8, at + 10);
  }
  await expect(read('.pptx', Uint8Array.from(bytes))).rejects.toMatchObject({ code: 'too_large' });
});

test('a page is what a person reads of it, however broken', async () => {
  const page =
    '<html><head><title>no</title></head><body><script>if (a < b) x()</script><h1>Big &amp; small</h1><p>One<br>two &#12354;&#x3042;</p><!-- no --><p>a < b</p></body>';
  expect(await read('.html', page)).toBe('Big & small\nOne\ntwo ああ\na < b');
  expect(await read('.htm', '<p>cut <b')).toBe('cut');
});

test.each([
  ['.pdf', 'no pdf', 'This is no .pdf file'],
  ['.docx', 'no zip', 'damaged'],
  ['.xlsx', zipOf({ a: 'b' }), 'This is no .xlsx file'],
  ['.pptx', 'x', 'damaged'],
  ['.doc', 'x', 'save it as docx'],
  ['.bin', Uint8Array.from([1, 0, 2]), 'no text and no document'],
])('%s that is none is refused', async (extension, content, message) => {
  await expect(read(extension, content)).rejects.toThrow(message);
});

test('what would unpack to too much is not unpacked', async () => {
  await expect(read('.docx', zipOf(DOCX, 2 ** 30))).rejects.toMatchObject({ code: 'too_large' });
});

test.each([
  ['', 'application/pdf', 'Hello'],
  ['.php', 'application/pdf; charset=binary', 'Hello'],
  ['.PDF', 'text/plain', 'Hello'],
])('a document that is called %j is what its type %j says', async (extension, type, text) => {
  expect(await read(extension, pdf('Hello'), type)).toBe(text);
});

test('a name that says what a file is counts for more than its type', async () => {
  expect(await read('.txt', 'a<b>', 'text/html')).toBe('a<b>');
  expect(await read('', '<p>a</p>', 'text/html')).toBe('a');
  expect(await read('.py', 'a = 1', 'text/x-python')).toBe('a = 1');
  await expect(read('', 'x', 'application/pdf')).rejects.toThrow('This is no .pdf file');
});
