import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `node`'s user in the official image. */
export const NODE_USER = { uid: 1000, gid: 1000 };

/** Puts into `root` what the official Node image has and ours relies on: Node, `env`, a user, /tmp. */
export const layBaseImage = (root: string): void => {
  place(process.execPath, join(root, 'usr/local/bin/node'));
  place('/usr/bin/env', join(root, 'usr/bin/env'));
  for (const library of librariesOf([process.execPath, '/usr/bin/env']))
    place(library, join(root, library));
  mkdirSync(join(root, 'etc'));
  const { uid, gid } = NODE_USER;
  writeFileSync(join(root, 'etc/passwd'), `node:x:${uid}:${gid}::/home/node:/bin/sh\n`);
  mkdirSync(join(root, 'tmp'));
  chmodSync(join(root, 'tmp'), 0o1777);
};

const place = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
};

const librariesOf = (programs: readonly string[]): Set<string> => {
  const listed = execFileSync('ldd', programs, { encoding: 'utf8' });
  return new Set([...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, path = '']) => path));
};
