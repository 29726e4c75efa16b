import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/*
 * Folders with all those above them. Node's own way (`recursive`) asks without end where a folder that is
 * there takes none and says that it is not there, as /proc does.
 */

/** Throws what the file system says. `mode` is that of every folder that is made. */
export const makeFolder = async (path: string, mode = 0o777): Promise<void> => {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above, mode);
  try {
    await mkdir(path, { mode });
  } catch (cause) {
    // Somebody else may have made it in between.
    if (!(await isFolder(path))) throw cause;
  }
};

/** The same at once. */
export const makeFolderSync = (path: string, mode = 0o777): void => {
  if (isFolderSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolderSync(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (cause) {
    if (!isFolderSync(path)) throw cause;
  }
};

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
};

const isFolderSync = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
