/** `out/bench.md`: one section per benchmark, each written by its own run. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../out/bench.md', import.meta.url);
const TITLE =
  '# Results\n\nWritten by the benchmarks with `--write`; bench/README.md says how to read them.\n';

/** `document` with the section `## name` replaced where it stands, or put at the end. */
export const replaceSection = (document: string, name: string, body: string): string => {
  const sections = document.split(/^(?=## )/m);
  const section = `## ${name}\n\n${body.trim()}\n`;
  const at = sections.findIndex((text) => text.split('\n', 1)[0] === `## ${name}`);
  if (at < 0) sections.push(section);
  else sections[at] = section;
  return `${sections.map((text) => text.trim()).join('\n\n')}\n`;
};

export const writeResults = (name: string, body: string): void => {
  mkdirSync(new URL('.', FILE), { recursive: true });
  const document = existsSync(FILE) ? readFileSync(FILE, 'utf8') : TITLE;
  writeFileSync(FILE, replaceSection(document, name, body));
};
