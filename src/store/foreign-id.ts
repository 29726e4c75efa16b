import { sql } from 'kysely';

/** The place of a UUID's version, counted from 1, and the version of our ids. */
const [PLACE, OURS] = [15, '8'];

/** Of the column `id`, in the words of the index that has only such rows: databases compare the texts. */
export const isForeign = sql<boolean>`substr(id, ${sql.lit(PLACE)}, 1) <> ${sql.lit(OURS)}`;

/** The same of a text, the other way round. */
export const mayBeOurs = (id: string): boolean => id[PLACE - 1] === OURS;
