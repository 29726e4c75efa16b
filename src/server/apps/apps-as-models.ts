import { abortSignalOf } from '#core/call-signal.ts';
import { SpillwayError } from '#core/errors.ts';
import type { AppAsked, AppSource } from '#gateway/app-models.ts';
import { deadlineOf } from '#gateway/call.ts';
import { answerAsModel } from '#service-api/as-model.ts';
import type { ApiDeps } from '#service-api/deps.ts';
import { ApiError } from '#service-api/dify-error.ts';

/** Apps for callers who ask for models: with their own keys, at their own cost. */
export const appsAsModels = (deps: ApiDeps): AppSource => ({
  // Two apps may have one name: whoever asks for it gets the first.
  names: () => [...new Set(deps.apps.all().flatMap(({ app, flow }) => (flow ? [app.name] : [])))],
  has: (name) => deps.apps.find(name) !== undefined,
  serve: (asked) =>
    serve(deps, asked).catch((thrown: unknown) => {
      const error = asModelError(thrown);
      // Whoever waits no longer need not ask again.
      throw deps.clock.now() >= deadlineOf(asked.call) ? error.with({ isFinal: true }) : error;
    }),
});

const serve = async (deps: ApiDeps, { name, call, res, withUsage }: AppAsked): Promise<void> => {
  const served = deps.apps.find(name);
  if (!served) throw new SpillwayError('not_found', 'The app is gone.');
  const { tenant, pass, tags, body, signal, endUser, address } = call;
  await answerAsModel(deps, {
    served,
    body,
    res,
    signal: abortSignalOf(signal),
    withUsage,
    deadline: deadlineOf(call),
    // What one key has said and uploaded is not for another that calls its user the same.
    user: `${tenant.key}/${tenant.user}`,
    payer: {
      ...tenant,
      ...(pass && { pass }),
      ...(tags && { tags }),
      ...(endUser !== undefined && { endUser }),
      ...(address !== undefined && { address }),
    },
  });
};

/** As callers of models read errors. */
const asModelError = (thrown: unknown): SpillwayError => {
  if (!(thrown instanceof ApiError)) return SpillwayError.from(thrown);
  const { status, message } = thrown.told;
  return new SpillwayError('invalid_request', message, { status });
};
