import { type Json, type JsonObject, own } from '#core/json.ts';

/** What another dialect's extras ask of this one, which has words for them in other places. */
export interface Borrowed {
  readonly fields: JsonObject;
  /** Of the object in the body that says how the answer is to be. */
  readonly settings: JsonObject;
  readonly tools: readonly JsonObject[];
  /** The extras that are in it. */
  readonly taken: readonly string[];
}

type Part = Partial<Omit<Borrowed, 'taken'>>;

/** By the extra's name; undefined where its value is none of those that are known. */
export type Readers = Readonly<Record<string, (value: Json) => Part | undefined>>;

export const borrowedBy = (readers: Readers, extra: JsonObject): Borrowed => {
  const read = Object.entries(readers).flatMap(([name, reader]) => {
    const value = own(extra, name);
    const part = value === undefined ? undefined : reader(value);
    return part ? [{ name, part }] : [];
  });
  return {
    fields: Object.assign({}, ...read.map(({ part }) => part.fields)) as JsonObject,
    settings: Object.assign({}, ...read.map(({ part }) => part.settings)) as JsonObject,
    tools: read.flatMap(({ part }) => part.tools ?? []),
    taken: read.map(({ name }) => name),
  };
};
