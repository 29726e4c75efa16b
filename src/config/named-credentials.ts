import type { Part } from '#core/check-schema.ts';
import { isObject, type JsonObject, own, setOwn } from '#core/json.ts';
import { z } from '#core/schema.ts';
import type { NamedCredential } from '#config/loaded.ts';
import { lentSchema } from '#config/model-row.ts';
import { childOf, findingAt, type Report, writtenAt } from '#config/section.ts';
import { name } from '#config/values.ts';

/** A credential that rows may name. */
export interface Lender {
  readonly credential: NamedCredential;
  /** The item of the list, with references resolved. */
  readonly part: Part;
}

const itemSchema = z.looseObject({
  credential_name: name,
  credential_values: lentSchema,
  credential_info: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * The items of `credential_list`, then those of the store. Of two of one name the first holds, as in
 * LiteLLM.
 */
export const loadCredentials = (
  items: {
    /** The section as a whole. */
    readonly list: Part | undefined;
    readonly ofFile: readonly Part[];
    readonly stored: readonly Part[];
  },
  report: Report,
): ReadonlyMap<string, Lender> => {
  const { list } = items;
  if (list && list.value !== null && !Array.isArray(list.value))
    report.error(findingAt(list, [], 'expected a list of credentials'));
  const all = new Map<string, Lender>();
  for (const part of [...items.ofFile, ...items.stored]) {
    const item = report.read(part, itemSchema);
    if (!item) continue;
    const { credential_name: id } = item;
    if (all.has(id)) {
      const text = 'another credential has this name too; the first one holds';
      report.warn(findingAt(part, ['credential_name'], text));
      continue;
    }
    const credential: NamedCredential = {
      name: id,
      values: objectAt(part, 'credential_values'),
      info: objectAt(part, 'credential_info'),
      isStored: items.stored.includes(part),
    };
    all.set(id, { credential, part });
  }
  return all;
};

/** As written: what a schema made of it would lose types. */
const objectAt = (part: Part, key: string): JsonObject => {
  const value = childOf(part, key)?.value;
  return isObject(value) ? value : {};
};

/** A row with what its credential lends it. */
export interface Borrower {
  readonly part: Part;
  /** What was lent, as it was written. */
  readonly lent: JsonObject;
  /** The credential that the row names and that there is not. */
  readonly missing?: string;
}

/**
 * What a row says itself holds, also where the variable that it names is not set: a key that is
 * missing is no reason to spend another one.
 */
export const borrow = (part: Part, lenders: ReadonlyMap<string, Lender>): Borrower => {
  const params = childOf(part, 'litellm_params')?.value;
  const id = isObject(params) ? own(params, 'litellm_credential_name') : undefined;
  if (!isObject(params) || !isObject(part.value) || typeof id !== 'string' || id === '')
    return { part, lent: {} };
  const lender = lenders.get(id);
  if (!lender) return { part, lent: {}, missing: id };
  const lent: JsonObject = {};
  const filled = { ...params };
  for (const [key, value] of Object.entries(lender.credential.values)) {
    if ((writtenAt(part, ['litellm_params', key]) ?? null) !== null) continue;
    setOwn(filled, key, value);
    setOwn(lent, key, writtenAt(lender.part, ['credential_values', key]) ?? null);
  }
  return { part: { ...part, value: { ...part.value, litellm_params: filled } }, lent };
};
