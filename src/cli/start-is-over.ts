import { flushCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { keepShapes } from '#cli/kept-shapes.ts';

/**
 * The launcher forbids V8 to enlarge the space of young objects: while a thousand files are loaded it
 * would grow to 32 MB, and it never shrinks again where nobody calls. Work needs it to grow.
 */
const growAgain = (): void => setFlagsFromString('--semi-space-growth-factor=2');

/** Called before anybody is served: writing compiled code down takes half a second at the first start. */
export const startIsOver = (): void => {
  flushCompileCache();
  growAgain();
  keepShapes();
};

/** The code of a command that works and ends: it has room as soon as it is there. */
export const loaded = async <Code>(code: Promise<Code>): Promise<Code> => {
  const there = await code;
  growAgain();
  return there;
};
