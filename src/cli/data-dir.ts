import { processEnvironment } from '#server/env.ts';

const DATA_DIR = './spillway-data';
const VARIABLE = 'SPILLWAY_DATA_DIR';

/** For help texts. */
export const DATA_DIR_DEFAULT = `(default: ${VARIABLE} of the environment, else ${DATA_DIR})`;

/** Where things are kept: as named, else as the image has it, else beside where it was started. */
export const dataDirOf = ({ dataDir }: { readonly dataDir?: string }): string =>
  dataDir ?? (processEnvironment().variables[VARIABLE] || DATA_DIR);
