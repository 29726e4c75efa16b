import { isRouteAmong } from '#core/route-kinds.ts';
import type { KeyRow } from '#keys/fields.ts';

const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  llm_api: ['llm_api_routes'],
  management: ['management_routes'],
  read_only: ['info_routes'],
};

/** Whether a key opens a path: all of them where it says nothing. */
export const mayTakeRoute = (
  { allowed_routes: listed, key_type: type }: KeyRow,
  path: string,
): boolean => {
  const rules = listed && listed.length > 0 ? listed : OF_TYPE[type ?? ''];
  return !rules || isRouteAmong(rules, path);
};
