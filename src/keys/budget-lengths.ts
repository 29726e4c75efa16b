import type { Directory } from '#keys/directory.ts';
import type { Allowance } from '#keys/fields.ts';
import type { Windows } from '#keys/windows.ts';

const DAY_MS = 86_400_000;
/** Kept whatever is known here: another gateway of the same database may know of longer budgets, ms. */
const LEAST_MS = 100 * DAY_MS;
/** Requests of a window that is over may be under way, ms. */
const KEPT_MS = DAY_MS;

/** How long budgets run, of everybody who is known: some lengths come often. */
export function* budgetLengths(directory: Directory): Generator<string> {
  const { keys, users, teams, customers, budgets } = directory;
  for (const roll of [keys, users, teams, customers, budgets])
    for (const row of roll.all()) yield* lengthsIn(row);
  for (const { team_member_budget_duration: length, member_allowances: members } of teams.all()) {
    if (length) yield length;
    for (const allowance of Object.values(members ?? {})) yield* lengthsIn(allowance);
  }
}

function* lengthsIn({
  budget_duration: length,
  model_max_budget: models,
}: Allowance): Generator<string> {
  if (length) yield length;
  for (const { time_period: period } of Object.values(models ?? {})) if (period) yield period;
}

/** What was spent in windows that began before this instant is no part of any budget, Unix epoch ms. */
export const oldestWindowMs = (
  lengths: Iterable<string>,
  { windows, wallMs }: { readonly windows: Windows; readonly wallMs: number },
): number => {
  let oldestMs = wallMs - LEAST_MS;
  for (const length of new Set(lengths))
    oldestMs = Math.min(oldestMs, windows.at(length, wallMs).startMs);
  return oldestMs - KEPT_MS;
};
