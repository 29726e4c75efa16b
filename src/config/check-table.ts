/** A part of what `check` tells that is read in rows and columns. */
export interface CheckTable {
  readonly heads: string[];
  /** Which of the heads stand above amounts. */
  readonly amounts: string[];
  /** A cell for each head. */
  readonly rows: string[][];
}
