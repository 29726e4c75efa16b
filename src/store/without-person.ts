import { isObject, type Json, type JsonObject, own, setOwn } from '#core/json.ts';
import type { AuditEntry } from '#store/store.ts';

/** What stands in the place of a person who was forgotten. */
export const FORGOTTEN = 'forgotten';

/** Fields that say whose a row is. */
const OWNER = 'user_id';
/** What is left of an object that is about a person: what they were in it. */
const KEPT = 'role';
/** Rows that are a person's own: of them nothing is left. */
const PEOPLES: ReadonlySet<string> = new Set(['users', 'customers']);

/**
 * An entry of the audit log without a person: that something was changed, when and by whom stays, what it
 * said of them goes. `names`: their id, and addresses that are theirs. Undefined where it names nobody of
 * those.
 */
export const withoutPerson = (
  entry: AuditEntry,
  names: ReadonlySet<string>,
): AuditEntry | undefined => {
  const { actor, subject, objectId, before, after } = entry;
  const isTheirs = PEOPLES.has(subject) && names.has(objectId);
  const rest = (row: JsonObject | null): JsonObject | null =>
    row === null || isTheirs || isOf(row, names) ? null : (purged(row, names) as JsonObject);
  const left = { before: rest(before), after: rest(after) };
  const isNamed = names.has(actor) || names.has(objectId);
  if (!isNamed && left.before === before && left.after === after) return undefined;
  return {
    ...entry,
    ...left,
    actor: names.has(actor) ? FORGOTTEN : actor,
    objectId: names.has(objectId) ? FORGOTTEN : objectId,
  };
};

const isOf = (row: JsonObject, names: ReadonlySet<string>): boolean => {
  const owner = own(row, OWNER);
  return typeof owner === 'string' && names.has(owner);
};

/** The same value where nobody of those is in it. */
const purged = (value: Json, names: ReadonlySet<string>): Json => {
  if (typeof value === 'string') return names.has(value) ? FORGOTTEN : value;
  if (Array.isArray(value)) {
    const all = value.map((one) => purged(one, names));
    return all.some((one, i) => one !== value[i]) ? all : value;
  }
  if (!isObject(value)) return value;
  if (isOf(value, names)) return { [OWNER]: FORGOTTEN, [KEPT]: own(value, KEPT) ?? null };
  const left: JsonObject = {};
  let isChanged = false;
  for (const [name, its] of Object.entries(value)) {
    const [key, one] = [names.has(name) ? FORGOTTEN : name, purged(its, names)];
    isChanged ||= key !== name || one !== its;
    setOwn(left, key, one);
  }
  return isChanged ? left : value;
};
