import { SpillwayError } from '#core/errors.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

/** The app that a path names by its id. Throws SpillwayError `not_found`. */
export const appOfPath = (
  { deps }: Pick<Apps, 'deps'>,
  params: Readonly<Record<string, string>>,
): ServedApp => {
  const served = deps.apps.get(params['id'] ?? '');
  if (served) return served;
  throw new SpillwayError('not_found', 'There is no such app.');
};
