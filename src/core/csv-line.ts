/** What spreadsheets take for a formula: such a text is written with a quote before it. */
const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;

/** One line of CSV, as `csv.ts` reads it; without its line break. */
export const csvLine = (fields: readonly string[]): string =>
  fields
    .map((field) => {
      const safe = FORMULA.test(field) && !/^[+-]?\d/.test(field) ? `'${field}` : field;
      return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    })
    .join(',');
