import type { KeyRow } from '#keys/fields.ts';

/** Where things are looked at and changed; what begins otherwise is asked of models. */
const MANAGEMENT =
  /^\/(?:v2\/)?(?:key|user|team|customer|end_user|budget|model|model_group|spend|global|organization|tag|audit|credentials|spillway|config|provider|health)(?:\/|$)/;
/** Of those, where things are only looked at. */
const INFO = /\/(?:info|list|whoami|aliases|activity|logs|keys|teams|models|tags|health)(?:\/|$)/;

/** LiteLLM's words for kinds of routes. */
const KINDS: Readonly<Record<string, (path: string) => boolean>> = {
  llm_api_routes: (path) => !MANAGEMENT.test(path),
  openai_routes: (path) => !MANAGEMENT.test(path),
  management_routes: (path) => MANAGEMENT.test(path),
  info_routes: (path) => (MANAGEMENT.test(path) && INFO.test(path)) || path.endsWith('/models'),
};

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
  if (!rules) return true;
  return rules.some((rule) => {
    if (Object.hasOwn(KINDS, rule)) return KINDS[rule]!(path);
    return rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule;
  });
};
