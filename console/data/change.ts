import { ask } from './api.ts';
import { queries } from './queries.ts';

/** Each shows names and sums of the others. */
const TOGETHER: readonly unknown[] = ['keys', 'teams', 'users', 'budgets'];

/**
 * Changes something of keys, people or budgets; what is shown of any of them is asked for anew, but
 * not the one that is no more by then.
 */
export const change = async <Reply>(path: string, body: object, gone?: string): Promise<Reply> => {
  const made = await ask<Reply>(path, { method: 'POST', body });
  void queries.invalidateQueries({
    predicate: ({ queryKey: [subject, , id] }) =>
      TOGETHER.includes(subject) && (gone === undefined || id !== gone),
  });
  return made;
};
