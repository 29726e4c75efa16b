import { readFileSync } from 'node:fs';
import type { LoadedConfig } from '#config/loaded.ts';
import type { DoorLimits } from '#server/doorman.ts';

/** Files that calls upstream, the ledger's file and the store keep for themselves, at least. */
const RESERVED = 200;
/** Of all there are, what is theirs: most connections of clients have a call upstream. */
const RESERVED_SHARE = 0.5;
/** Those turned away who may read why, however few files there are. */
const LEAST_LEAVING = 20;

/** Open files that the system allows this process; undefined where it does not say. */
const openFiles = (): number | undefined => {
  try {
    const text = readFileSync('/proc/self/limits', 'latin1');
    const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
};

/** How many connections clients may have, so that calls upstream still get theirs. */
export const mostConnections = (files = openFiles()): number =>
  files === undefined
    ? Infinity
    : Math.max(1, files - Math.max(RESERVED, Math.ceil(files * RESERVED_SHARE)));

/** What the config says, and where it is silent what the system allows. */
export const doorOf = (
  {
    connections,
    connectionsPerAddress: mostPerAddress,
  }: Pick<LoadedConfig['limits'], 'connections' | 'connectionsPerAddress'>,
  files = openFiles(),
): DoorLimits => {
  const most = connections ?? mostConnections(files);
  const left = files === undefined ? Infinity : files - most - RESERVED;
  return { most, mostPerAddress, mostLeaving: Math.max(LEAST_LEAVING, left) };
};
