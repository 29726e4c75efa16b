import { readFileSync } from 'node:fs';

/** The package's version: `package.json` lies two folders above this one, in a checkout and in a package. */
export const version = (): string => {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};
