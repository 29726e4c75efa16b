import type { DeploymentView, QuotaView } from '#balancer/quota-view.ts';
import { SpillwayError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { CatalogueRow } from '#gateway/catalogue.ts';
import type { HttpCall } from '#gateway/http-call.ts';
import { baseHeaders } from '#gateway/reply-headers.ts';
import { sendBytes } from '#gateway/send-reply.ts';
import type { Served } from '#gateway/served.ts';
import { queryOf, seenBy } from '#gateway/serve-model-info.ts';
import { LONG_MS } from '#gateway/usable-groups.ts';

/**
 * LiteLLM's `/health`, without its calls: how the deployments have answered their requests of late. With
 * `?model=` or `?model_id=` the status says whether one of them is well, as there.
 */
export const serveDeploymentHealth = async (deps: GatewayDeps, http: HttpCall): Promise<Served> => {
  const query = queryOf(http);
  const [model, id] = [query.get('model'), query.get('model_id')];
  const isOfSome = model !== null || id !== null;
  const rows = seenBy(deps, http).filter(
    (row) =>
      (model === null || row.group === model || modelOf(row) === model) &&
      (id === null || row.id === id),
  );
  if (isOfSome && rows.length === 0) throw nobody(model === null ? 'model_id' : 'model');
  const faultOf = faultsIn(deps.quota());
  const told = rows.map((row) => ({ row, fault: faultOf(row.name) }));
  const well = told.filter(({ fault }) => fault === undefined);
  const ill = told.filter(({ fault }) => fault !== undefined);
  const body: JsonObject = {
    healthy_endpoints: well.map(({ row }) => endpointJson(row)),
    unhealthy_endpoints: ill.map(({ row, fault = '' }) => endpointJson(row, fault)),
    healthy_count: well.length,
    unhealthy_count: ill.length,
  };
  const status = isOfSome && well.length === 0 ? 503 : 200;
  const bytes = Buffer.from(JSON.stringify(body));
  sendBytes(http, status, { head: baseHeaders(deps, http), bytes });
  return {};
};

const nobody = (param: string): SpillwayError =>
  new SpillwayError(
    'invalid_request',
    `No deployment that this key opens fits \`${param}\`; \`/health\` without it tells of all.`,
    { param },
  );

/** Why a deployment cannot be counted on; undefined where nothing speaks against it. */
const faultsIn = ({ deployments, accounts }: QuotaView) => {
  const views = new Map(deployments.map((view) => [view.deployment, view]));
  const parked = new Set(
    accounts
      .filter(({ blockedMs }) => blockedMs > LONG_MS)
      .flatMap(({ deployments: its }) => [...its]),
  );
  return (name: string): string | undefined => {
    const view = views.get(name);
    if (!view) return 'not in service';
    return faultOf(view) ?? (parked.has(name) ? 'its quota is gone for a while' : undefined);
  };
};

/** One that warms up has answered well. */
const faultOf = ({ isPaused, health }: DeploymentView): string | undefined => {
  if (isPaused) return 'paused';
  return health === undefined || health.state === 'warming' ? undefined : health.why;
};

const modelOf = ({ provider, model }: CatalogueRow): string => `${provider}/${model}`;

const endpointJson = (row: CatalogueRow, error?: string): JsonObject => ({
  model: modelOf(row),
  model_id: row.id,
  model_name: row.group,
  custom_llm_provider: row.provider,
  ...(row.rpm !== undefined && { rpm: row.rpm }),
  ...(row.tpm !== undefined && { tpm: row.tpm }),
  ...(error !== undefined && { error }),
});
