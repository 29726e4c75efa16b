/** A test that holds a row: where it is, and its name as the file has it. */
export type Held = readonly [file: string, test: string];

export interface FaultRow {
  readonly number: number;
  /** Whose fault it is. */
  readonly side: 'upstream' | 'client' | 'inside' | 'attacker';
  readonly fault: string;
  readonly expected: string;
  readonly held: readonly Held[];
  /** Of what is expected, what does not happen yet, and what does instead. */
  readonly notYet?: string;
  /** What has to be there first. */
  readonly later?: string;
}

type Rest = Partial<Pick<FaultRow, 'held' | 'notYet' | 'later'>>;

/** A row of one side: number, fault, what is expected, and how far it is held. */
export const rowOf =
  (side: FaultRow['side']) =>
  (number: number, fault: string, expected: string, rest: Rest): FaultRow => ({
    number,
    side,
    fault,
    expected,
    held: [],
    ...rest,
  });
