import type { PackedSpend } from '#store/packed-spend.ts';
import type { Taken } from '#store/spend.ts';

/** What may stand in a statement's places, and comes back out of a table. */
export type SqlValue = null | number | string | bigint | Uint8Array;

/** One statement for the worker that has the database open. */
export interface Ask {
  readonly id: number;
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** Records of spend for it: those of a journal's segment, or these. */
export interface AskIntake {
  readonly id: number;
  readonly spend: string | readonly PackedSpend[];
}

export type Answer =
  | { readonly id: number; readonly taken: Taken }
  | {
      readonly id: number;
      readonly rows: readonly Record<string, SqlValue>[];
      readonly changes: number;
    }
  | { readonly id: number; readonly error: string };

export interface WorkerSettings {
  /** `:memory:` for one that lasts as long as the process. */
  readonly path: string;
  /** A file that is held while the database is open; absent where nobody else could open it. */
  readonly lockPath?: string;
}
