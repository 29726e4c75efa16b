import { silentLog } from '#core/log.ts';
import { Directory } from '#keys/directory.ts';
import type { KeyRow } from '#keys/fields.ts';
import { KeyRing } from '#keys/key-ring.ts';
import { lookupOf, shownName, tokenOf } from '#keys/secret.ts';
import { openSqlite } from '#store/sqlite/open.ts';

const PEPPER = 'pepper';
const clock = { wall: () => Date.now() };

const keyOf = (n: number): string => `sk-${String(n).padStart(32, '0')}`;

const rowOf = (n: number): KeyRow => {
  const key = keyOf(n);
  const token = tokenOf(key);
  return { id: String(n), token, lookup: lookupOf(token, PEPPER), key_name: shownName(key) };
};

/** What it takes to know a caller among so many keys, µs of the processor: the best of several rounds. */
export const lookUpUs = async (
  keys: number,
  { rounds, calls }: { readonly rounds: number; readonly calls: number },
): Promise<{ readonly rightUs: number; readonly wrongUs: number }> => {
  const store = await openSqlite({ clock, log: silentLog });
  const rows = Array.from({ length: keys }, (_, n) => rowOf(n));
  await store.shelves.keys.put(rows.map((row) => ({ id: row.id, body: row as never })));
  const directory = await Directory.open(store, silentLog);
  const ring = new KeyRing({
    directory,
    pepper: PEPPER,
    groups: () => [],
    tokenKind: 'total',
    wall: clock.wall,
  });
  const knock = { address: '127.0.0.1', path: '/v1/chat/completions' };
  const round = (key: (n: number) => string): number => {
    const before = process.cpuUsage();
    for (let n = 0; n < calls; n++) ring.open(key(n), knock);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
  const best = (key: (n: number) => string): number =>
    Math.min(...Array.from({ length: rounds }, () => round(key)));
  const rightUs = best((n) => keyOf((n * 7_919) % keys));
  const wrongUs = best((n) => keyOf(keys + n));
  await store.close();
  return { rightUs, wrongUs };
};
