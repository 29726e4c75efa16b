import type { CallRecord } from '#simulator/call-log.ts';

/** What `/simulator/projects` shows of a project: the names are those of its JSON. */
export interface ProjectReport {
  readonly id: string;
  /** All that came with its key: admitted + refused. */
  readonly requests: number;
  readonly admitted: number;
  /**
   * By what the limit counts that refused; input and output count as tokens. The others are there once
   * a call was refused for them: `fault` where one answered before any limit was asked, `wrong` where
   * the request was none.
   */
  readonly refused: {
    readonly requests: number;
    readonly tokens: number;
    readonly money?: number;
    readonly ramp?: number;
    readonly fault?: number;
    readonly wrong?: number;
  };
  readonly tokens: { readonly input: number; readonly output: number };
  /** Calls that met a limit of which an earlier answer had told. */
  readonly over_admission_attempts: number;
  /** How long limits were full, those of all models that were called together, seconds. */
  readonly overflow_s: { readonly requests: number; readonly tokens: number };
  /** Where the project has money to spend. */
  readonly left_usd?: number;
  /** The newest calls that have ended, in the order of their arrival, those with a wrong request too. */
  readonly calls: readonly CallReport[];
}

export interface CallReport {
  /** When the call arrived, ISO 8601. */
  readonly at: string;
  readonly model: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly status: number;
  /** The kind of fault that struck it. */
  readonly fault?: string;
}

export const reportOf = (seen: {
  readonly id: string;
  readonly admitted: number;
  readonly refused: Required<ProjectReport['refused']>;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly overAdmissionAttempts: number;
  readonly overflowMs: { readonly requests: number; readonly tokens: number };
  readonly leftUsd: number | undefined;
  readonly calls: readonly CallRecord[];
}): ProjectReport => {
  const { requests, tokens, ...rare } = seen.refused;
  const others = Object.entries(rare).filter(([, count]) => count > 0);
  return {
    id: seen.id,
    requests: seen.admitted + Object.values(seen.refused).reduce((sum, count) => sum + count, 0),
    admitted: seen.admitted,
    refused: { requests, tokens, ...Object.fromEntries(others) },
    tokens: { ...seen.tokens },
    over_admission_attempts: seen.overAdmissionAttempts,
    overflow_s: {
      requests: seen.overflowMs.requests / 1000,
      tokens: seen.overflowMs.tokens / 1000,
    },
    ...(seen.leftUsd !== undefined && { left_usd: seen.leftUsd }),
    calls: seen.calls.toSorted((a, b) => a.atMs - b.atMs).map(callReport),
  };
};

const callReport = (call: CallRecord): CallReport => ({
  at: new Date(call.atMs).toISOString(),
  model: call.model,
  input_tokens: call.inputTokens,
  output_tokens: call.outputTokens,
  status: call.status,
  ...(call.fault !== undefined && { fault: call.fault }),
});
