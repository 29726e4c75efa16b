import { SpillwayError } from '#core/errors.ts';

type Asks = Record<string, (...values: never[]) => Promise<unknown>>;

/** The same, where everything that a database says becomes SpillwayError `unavailable`. */
export const guarded = <Part extends object>(part: Part): Part =>
  Object.fromEntries(
    Object.entries(part as Asks).map(([name, ask]) => [
      name,
      async (...values: never[]): Promise<unknown> => {
        try {
          return await ask(...values);
        } catch (cause) {
          throw unavailable(cause);
        }
      },
    ]),
  ) as Part;

const unavailable = (cause: unknown): SpillwayError =>
  new SpillwayError(
    'unavailable',
    'The store of keys and spend cannot be used now; nothing was changed. Try again shortly.',
    { cause, retryAfterMs: 5_000 },
  );
