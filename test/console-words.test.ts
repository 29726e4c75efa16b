import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Words = { readonly [key: string]: string | Words };

const words = (language: string): Words =>
  JSON.parse(
    readFileSync(new URL(`../console/i18n/${language}.json`, import.meta.url), 'utf8'),
  ) as Words;

/** Each text under its path, with what is filled into it. */
const texts = (all: Words, path = ''): Map<string, string> =>
  new Map(
    Object.entries(all).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[path + key, value]] : [...texts(value, `${path}${key}.`)],
    ),
  );

/** Languages count differently: `hours_one` and `hours_other` are one text. */
const name = (path: string): string => path.replace(/_(?:one|other)$/, '');

const filledIn = (text: string): string[] => [...text.matchAll(/\{\{[^}]+\}\}/g)].map(String);

const english = texts(words('en'));
const japanese = texts(words('ja'));

test('both languages of the console have the same texts', () => {
  const names = (all: Map<string, string>): string[] => [...new Set([...all.keys()].map(name))];
  expect(names(japanese).toSorted()).toEqual(names(english).toSorted());
});

test('each text says in Japanese what is filled into it in English', () => {
  for (const [path, text] of japanese) {
    const other = english.get(path) ?? english.get(`${name(path)}_other`)!;
    expect([path, new Set(filledIn(text))]).toEqual([path, new Set(filledIn(other))]);
  }
});
