import type { Log } from '#core/log.ts';

/** What is kept in memory as well: that it cannot be saved is said once, and costs nothing else. */
export interface Saving {
  readonly log: Log;
  readonly path: string;
  /** What becomes of it, for whoever reads the log. */
  readonly complaint: string;
}

/** Resolves to whether it was saved. */
export const trySaving = ({ log, path, complaint }: Saving) => {
  let complained = false;
  return async (save: () => Promise<void>): Promise<boolean> => {
    try {
      await save();
      return true;
    } catch (cause) {
      if (!complained) log.warn({ path, cause: String(cause) }, complaint);
      complained = true;
      return false;
    }
  };
};
