import { SpillwayError } from '#core/errors.ts';
import { FindingsError } from '#core/finding.ts';
import type { SimulatorDesk } from '#gateway/console/deps.ts';
import type { SimulatorReply } from '#gateway/console/shapes.ts';
import { FAULTS } from '#simulator/faults/index.ts';
import type { Simulator } from '#simulator/simulator.ts';

/** Calls of each project that are shown. */
const MOST_CALLS = 50;

/** The vendor that is played in this process, as its own console would show it. */
export const createSimulatorDesk = (simulator: Simulator, url: string): SimulatorDesk => ({
  show: () => ({
    url,
    projects: projectsOf(simulator),
    faults: simulator.faults().map((fault) => ({ ...fault })),
    kinds: FAULTS.map(({ name, about, example }) => ({ kind: name, about, example })),
  }),
  setFaults(text) {
    try {
      return simulator.setFaults(text);
    } catch (thrown) {
      // No config of ours is wrong, but what was sent.
      if (!(thrown instanceof FindingsError)) throw thrown;
      throw new FindingsError(thrown.findings, 'invalid_request');
    }
  },
  clearFaults(id) {
    if (!simulator.clearFaults(id))
      throw new SpillwayError('not_found', 'There is no such fault; it may have ended already.');
  },
  reset: () => simulator.reset(),
});

const projectsOf = (simulator: Simulator): SimulatorReply['projects'] => {
  const limits = simulator.limits();
  return simulator.projects().map(({ id, requests, admitted, refused, tokens, calls }) => ({
    id,
    requests,
    admitted,
    refused: {
      requests: refused.requests,
      tokens: refused.tokens,
      other: requests - admitted - refused.requests - refused.tokens,
    },
    tokens: { ...tokens },
    // Of models that nobody has asked for nothing has been taken.
    limits: limits
      .filter(({ project, model }) => project === id && calls.some((call) => call.model === model))
      .map((gauge) => ({
        model: gauge.model,
        dimension: gauge.dimension,
        scope: gauge.scope,
        limit: gauge.limit,
        remaining: gauge.remaining,
        window_s: gauge.windowMs / 1000,
      })),
    calls: calls.slice(-MOST_CALLS).toReversed(),
  }));
};
