import { z } from 'zod';

/** The one file that names the schema library; everybody else takes `z` from here. */
export { z };

/** One thing that is wrong with a value: where, what was expected and what was found. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly found: string;
}
