import { flushCompileCache } from 'node:module';

/** What serving is made of, each with all that it leans on and that is not there yet. */
const PARTS: readonly (() => Promise<unknown>)[] = [
  () => import('#store/sqlite/open.ts'),
  () => import('#core/schema.ts'),
  () => import('#config/load.ts'),
  () => import('#server/gateway.ts'),
  () => import('#server/apps/open-apps.ts'),
];

/**
 * The code of a command that serves, loaded part by part. Node has a second copy of the compiled code of
 * all that it has loaded since it last wrote that down: of a part it is a few megabytes, which the next
 * one uses again; of everything at once it is 14, in pieces that no system gets back.
 */
export const inParts = async <Code>(code: () => Promise<Code>): Promise<Code> => {
  for (const part of PARTS) {
    await part();
    flushCompileCache();
  }
  return code();
};
