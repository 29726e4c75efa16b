import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { type Fixture, fixtures } from '#wire/test-kit.ts';

const folderOf = (dialect: string): URL => new URL(`../${dialect}/fixtures/`, import.meta.url);

type Kind = Parameters<typeof fixtures>[1];

export const named = (dialect: string, kind: Kind): [string, Fixture][] =>
  fixtures(folderOf(dialect), kind).map((fixture) => [fixture.name, fixture]);

/** What `make` makes, or how it refuses. */
const orRefusal = (make: () => Json): Json => {
  try {
    return make();
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError)) throw thrown;
    const { code, param, message } = thrown;
    return { refused: code, ...(param !== undefined && { param }), message };
  }
};

/** A line for each event, frame or field of the top: what is long is still read. */
const shown = (value: Json): string => {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(item)).join('\n');
  return JSON.stringify(value, null, 1);
};

/** The file of one fixture: a part for each dialect that it is said in, under that dialect's name. */
export const matchesGolden = async (
  file: `${string}/${string}`,
  parts: readonly { readonly title: string; readonly make: () => Json }[],
): Promise<void> => {
  const texts = parts.map(({ title, make }) => `=== ${title} ===\n${shown(orRefusal(make))}\n`);
  await expect(texts.join('\n')).toMatchFileSnapshot(`./golden/${file}.txt`);
};

/** Asserts that no file is left of a fixture that is gone. */
export const expectNoOrphans = (dialect: string, kinds: readonly Kind[]): void => {
  const made = kinds.flatMap((kind) => named(dialect, kind).map(([name]) => `${kind}-${name}.txt`));
  const folder = new URL(`./${dialect}/`, import.meta.url);
  const found = existsSync(folder) ? readdirSync(folder) : [];
  expect(found.filter((file) => !made.includes(file))).toEqual([]);
};
