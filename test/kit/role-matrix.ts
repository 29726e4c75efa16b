/**
 * Who may call what at all, written down once more by hand: what the routes themselves say is compared
 * with it. Of those that are open to every key, objects decide: each has its cases in the test.
 */
export const MATRIX = {
  public: lines(`
    DELETE /spillway/session
    GET /health/liveliness
    GET /health/liveness
    GET /health/readiness
    GET /spillway/session
    POST /spillway/session
  `),
  viewer: lines(`
    GET /audit
    GET /budget/list
    GET /budget/settings
    GET /credentials
    GET /credentials/by_model/{model_id}
    GET /credentials/by_name/{credential_name}
    GET /customer/info
    GET /customer/list
    GET /end_user/info
    GET /end_user/list
    GET /global/activity
    GET /global/activity/exceptions
    GET /global/activity/exceptions/deployment
    GET /global/activity/model
    GET /global/spend
    GET /global/spend/all_tag_names
    GET /global/spend/end_users
    GET /global/spend/keys
    GET /global/spend/logs
    GET /global/spend/models
    GET /global/spend/provider
    GET /global/spend/report
    GET /global/spend/tags
    GET /global/spend/teams
    GET /metrics
    GET /metrics/
    GET /provider/budgets
    GET /spend/tags
    GET /tag/daily/activity
    GET /spillway/app-models
    GET /spillway/apps
    GET /spillway/apps/{id}
    GET /spillway/apps/{id}/drawing
    GET /spillway/apps/{id}/runs
    GET /spillway/callers
    GET /spillway/decisions/{id}
    GET /spillway/deployments
    GET /spillway/events
    GET /spillway/live
    GET /spillway/quota
    GET /spillway/requests
    GET /spillway/runs/{runId}
    GET /spillway/runs/{runId}/events
    GET /spillway/scene
    GET /spillway/simulator
    GET /spillway/traffic
    GET /user/available_users
    POST /budget/info
    POST /global/spend/end_users
    POST /spillway/route/explain
  `),
  admin: lines(`
    DELETE /credentials/{credential_name}
    DELETE /spillway/app-models/{id}
    DELETE /spillway/apps/{id}
    DELETE /spillway/apps/{id}/keys/{keyId}
    DELETE /spillway/simulator/faults
    GET /spillway/apps/{id}/dsl
    GET /spillway/apps/{id}/graph
    GET /spillway/apps/{id}/keys
    GET /spillway/config
    PATCH /credentials/{credential_name}
    PATCH /model/{model_id}/update
    POST /credentials
    POST /budget/delete
    POST /budget/new
    POST /budget/update
    POST /customer/block
    POST /customer/delete
    POST /customer/new
    POST /customer/unblock
    POST /customer/update
    POST /end_user/block
    POST /end_user/delete
    POST /end_user/new
    POST /end_user/unblock
    POST /end_user/update
    POST /global/spend/reset
    POST /key/block
    POST /key/bulk_update
    POST /key/unblock
    POST /key/{key}/reset_spend
    POST /model/block
    POST /model/delete
    POST /model/new
    POST /model/unblock
    POST /model/update
    POST /spillway/app-models/check
    POST /spillway/apps
    POST /spillway/apps/{id}/files
    POST /spillway/apps/{id}/keys
    POST /spillway/apps/{id}/runs
    POST /spillway/burst
    POST /spillway/config/check
    POST /spillway/deployments/pause
    POST /spillway/plan
    POST /spillway/purge
    POST /spillway/runs/{runId}/stop
    POST /spillway/scene/run
    POST /spillway/simulator/faults
    POST /spillway/simulator/reset
    POST /team/block
    POST /team/delete
    POST /team/model/add
    POST /team/model/delete
    POST /team/new
    POST /team/permissions_bulk_update
    POST /team/unblock
    POST /team/update
    POST /user/bulk_update
    POST /user/delete
    POST /user/new
    POST /user/update
    PUT /spillway/app-models
  `),
  key: lines(`
    GET /customer/daily/activity
    GET /end_user/daily/activity
    GET /key/aliases
    GET /key/info
    GET /key/list
    GET /spend/keys
    GET /spend/logs
    GET /spend/logs/export
    GET /spend/logs/ui
    GET /spend/logs/ui/{request_id}
    GET /spend/logs/v2
    GET /spend/users
    GET /spillway/budgets
    GET /spillway/history
    GET /spillway/usage
    GET /spillway/usage/report
    GET /spillway/whoami
    GET /team/available
    GET /team/daily/activity
    GET /team/info
    GET /team/list
    GET /team/permissions_list
    GET /user/daily/activity
    GET /user/daily/activity/aggregated
    GET /user/info
    GET /user/list
    GET /v2/team/list
    GET /v2/user/info
    POST /key/delete
    POST /key/generate
    POST /key/health
    POST /key/regenerate
    POST /key/service-account/generate
    POST /key/update
    POST /key/{key}/regenerate
    POST /spend/calculate
    POST /team/bulk_member_add
    POST /team/member_add
    POST /team/member_delete
    POST /team/member_update
    POST /team/permissions_update
    POST /v2/key/info
  `),
} as const;

export type Class = keyof typeof MATRIX;

/** Of every route its class. */
export const classes: ReadonlyMap<string, Class> = new Map(
  Object.entries(MATRIX).flatMap(([name, all]) => all.map((route) => [route, name as Class])),
);

function lines(text: string): readonly string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim());
}
