import { flushCompileCache } from 'node:module';

/**
 * What a start has used and nobody needs any more is let go of. Node keeps a second copy of all
 * compiled code, 14 MB, until it is written down. That takes half a second at the first start and
 * nothing at others: called before anybody is served, because they would wait.
 */
export const startIsOver = (): void => {
  flushCompileCache();
};
