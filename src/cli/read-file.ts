import { readFile as read } from 'node:fs/promises';
import { SpillwayError } from '#core/errors.ts';

/** A file that a person named. Throws SpillwayError with what to do about it when it cannot be read. */
export const readFile = async (file: string): Promise<string> => {
  try {
    return await read(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'that is a folder'
          : `it cannot be read (${code ?? 'unknown reason'})`;
    throw new SpillwayError('config_invalid', `${file}: ${why}; check the path.`, { cause });
  }
};
