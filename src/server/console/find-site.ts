import { spawn } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '#core/log.ts';
import { buildNotice } from '#server/console/build-notice.ts';
import { noticeSite, readSite, type Site } from '#server/console/site.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Beside `dist/server` in a package. */
const PACKED = here('../../console/');
/** In a checkout: the sources, what they become, and who makes it so. */
const SOURCES = here('../../../console/');
const BUILT = join(SOURCES, 'dist/');
const CACHE = here('../../../node_modules/.cache/');
const INDEX = 'index.html';
const BUILDER = here('../../../node_modules/vite/bin/vite.js');

/**
 * The console as it is built. From a checkout it is built beside the process where it is missing or
 * older than its sources; until that is done a page says so.
 */
export const findSite = ({ log, isEager }: SiteOptions): Site => {
  if (existsSync(join(PACKED, INDEX))) return later(() => readSite(PACKED), { log, isEager: true });
  if (!isStale()) return later(() => readSite(BUILT), { log, isEager });
  if (!existsSync(BUILDER)) return noticeSite(() => buildNotice('missing'));
  return later(() => build(log).then(() => readSite(BUILT)), { log, isEager });
};

export interface SiteOptions {
  readonly log: Log;
  /** Somebody sits in front of it: it is made ready before they ask. Otherwise when somebody asks. */
  readonly isEager: boolean;
}

/** What can be served by now. */
const later = (come: () => Promise<Site>, { log, isEager }: SiteOptions): Site => {
  let state: 'building' | 'failed' = 'building';
  let site: Site = noticeSite(() => buildNotice(state));
  let coming: Promise<void> | undefined;
  const fetchIt = async (): Promise<void> => {
    try {
      site = await come();
    } catch (cause) {
      state = 'failed';
      log.error({ cause: String(cause) }, 'the console is not there; all else works');
    }
  };
  const begin = (): void => {
    coming ??= fetchIt();
  };
  if (isEager) begin();
  return {
    serve(req, res, path) {
      const isServed = site.serve(req, res, path);
      if (isServed) begin();
      return isServed;
    },
  };
};

const build = (log: Log): Promise<void> =>
  new Promise((resolve, reject) => {
    // Others may build at the same time: each in a folder of its own.
    const out = join(CACHE, `spillway-console-${process.pid}`);
    const args = [BUILDER, 'build', '--logLevel', 'error', '--outDir', out];
    const child = spawn(process.execPath, args, {
      cwd: SOURCES,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    child.stderr.on('data', (data: Buffer) => said.push(data.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(said.join('').slice(-2_000)));
      rmSync(BUILT, { recursive: true, force: true });
      renameSync(out, BUILT);
      log.info({}, 'the console is built');
      resolve();
    });
  });

/** Whether a source is newer than what was made of them, or nothing was. */
const isStale = (): boolean => {
  const built = join(BUILT, INDEX);
  if (!existsSync(built)) return true;
  const builtAt = statSync(built).mtimeMs;
  return readdirSync(SOURCES, { recursive: true, withFileTypes: true }).some((entry) => {
    const path = join(entry.parentPath, entry.name);
    const isSource = entry.isFile() && !path.startsWith(BUILT);
    return isSource && statSync(path).mtimeMs > builtAt;
  });
};
