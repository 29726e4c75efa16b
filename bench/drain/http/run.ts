import { claimCore, LOAD_CORE } from '../../overhead/processes.ts';
import { type Check, checkTable, holds } from './check.ts';
import { drainTenFold } from './ten-fold.ts';
import { drainTwoKeys } from './two-keys.ts';

const TEN_FOLD = ['Ab', 'K', 'G1'];

export interface HttpRun {
  readonly table: string;
  readonly missed: number;
}

/** The proof in real time. Needs Linux and two cores: each program has one of them. */
export const runOverHttp = async (
  scenarios: readonly string[] | undefined,
  say: (text: string) => void,
): Promise<HttpRun> => {
  claimCore(LOAD_CORE);
  const checks: Check[] = [];
  if (scenarios === undefined) {
    say('two keys: half a minute');
    checks.push(...(await drainTwoKeys()));
  }
  for (const id of scenarios ?? TEN_FOLD) {
    say(`${id}: three and a half minutes`);
    checks.push(...(await drainTenFold(id)));
  }
  return { table: checkTable(checks), missed: checks.filter((check) => !holds(check)).length };
};
