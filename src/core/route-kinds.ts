/** Where things are looked at and changed; what begins otherwise is asked of models. */
const MANAGEMENT =
  /^\/(?:v2\/)?(?:key|user|team|customer|end_user|budget|model|model_group|spend|global|organization|tag|audit|credentials|spillway|config|provider|health)(?:\/|$)/;
/** Of those, where things are only looked at. */
const INFO = /\/(?:info|list|whoami|aliases|activity|logs|keys|teams|models|tags|health)(?:\/|$)/;

const HEALTH = /^\/health\/(?:liveliness|liveness|readiness)$/;

/** LiteLLM's words for kinds of routes. */
export const ROUTE_KINDS: Readonly<Record<string, (path: string) => boolean>> = {
  llm_api_routes: (path) => !MANAGEMENT.test(path),
  openai_routes: (path) => !MANAGEMENT.test(path),
  management_routes: (path) => MANAGEMENT.test(path),
  info_routes: (path) => (MANAGEMENT.test(path) && INFO.test(path)) || path.endsWith('/models'),
  spend_tracking_routes: (path) => /^\/(?:global\/)?spend(?:\/|$)/.test(path),
  public_routes: (path) => HEALTH.test(path),
};

/** Whether a path is one of these, is of one of these kinds, or is below one that ends in `*`. */
export const isRouteAmong = (rules: readonly string[], path: string): boolean =>
  rules.some((rule) => {
    if (Object.hasOwn(ROUTE_KINDS, rule)) return ROUTE_KINDS[rule]!(path);
    return rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule;
  });
