import type { GatewayDeps } from '#gateway/call.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { serveChat } from '#gateway/serve-chat.ts';
import { serveEmbeddings } from '#gateway/serve-embeddings.ts';
import { serveDecision } from '#gateway/serve-decision.ts';
import { serveEvents } from '#gateway/serve-events.ts';
import { serveExplain } from '#gateway/serve-explain.ts';
import { serveLiveness, serveReadiness } from '#gateway/serve-health.ts';
import { serveMetrics } from '#gateway/serve-metrics.ts';
import { serveQuota } from '#gateway/serve-quota.ts';
import { serveModels } from '#gateway/serve-models.ts';
import type { Served } from '#gateway/served.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  /**
   * Who may call it: everybody, who has a key, or as the config says of metrics. A route that says
   * nothing does not compile.
   */
  readonly access: 'public' | 'key' | 'metrics';
  readonly serve: (deps: GatewayDeps, http: HttpCall) => Promise<Served>;
}

const get = (access: Route['access'], serve: Route['serve']): Route => ({
  method: 'GET',
  access,
  serve,
});
const post = (serve: Route['serve']): Route => ({ method: 'POST', access: 'key', serve });

/** Every path there is; `*` stands for one segment at the end. Dify's plugin appends to whatever base it is given: both prefixes work. */
export const routes: ReadonlyMap<string, Route> = new Map([
  ['/chat/completions', post(serveChat)],
  ['/v1/chat/completions', post(serveChat)],
  ['/embeddings', post(serveEmbeddings)],
  ['/v1/embeddings', post(serveEmbeddings)],
  ['/models', get('key', serveModels)],
  ['/v1/models', get('key', serveModels)],
  ['/spillway/route/explain', post(serveExplain)],
  ['/spillway/decisions/*', get('key', serveDecision)],
  ['/spillway/events', get('key', serveEvents)],
  ['/spillway/quota', get('key', serveQuota)],
  ['/metrics', get('metrics', serveMetrics)],
  // As LiteLLM mounts them.
  ['/metrics/', get('metrics', serveMetrics)],
  ['/health/liveliness', get('public', serveLiveness)],
  ['/health/liveness', get('public', serveLiveness)],
  ['/health/readiness', get('public', serveReadiness)],
]);
