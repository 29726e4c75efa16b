import type { Ceilings, StatedLimit } from '#config/loaded-quota.ts';
import type { Row } from '#config/model-row.ts';
import { LIMIT_WORDS, type LimitWord } from '#config/quota-pools.ts';

/** LiteLLM's strategies that leave out a deployment which is over its limits. */
const LIMITING_STRATEGIES = [
  'usage-based-routing',
  'usage-based-routing-v2',
  'latency-based-routing',
  'cost-based-routing',
];

export const LIMITING_CHECK = 'enforce_model_rate_limits';

export interface CeilingSources {
  /** `routing_strategy` as written. */
  readonly strategy: string | undefined;
  /** `optional_pre_call_checks`. */
  readonly checks: readonly string[];
  /** `enable_pre_call_checks`. */
  readonly preCallChecks: boolean;
  /** `spillway_settings.enforce_rpm_tpm`. */
  readonly own: boolean | undefined;
}

/**
 * A ceiling is what LiteLLM would enforce: always in some strategies, and by its pre-call checks
 * (requests only). Our own setting has the last word, either way.
 */
export const ceilingsOf = ({ strategy, checks, preCallChecks, own }: CeilingSources): Ceilings => {
  const because = 'spillway_settings.enforce_rpm_tpm';
  if (own !== undefined) return { requests: own, tokens: own, because };
  if (strategy !== undefined && LIMITING_STRATEGIES.includes(strategy))
    return { requests: true, tokens: true, because: strategy };
  if (checks.includes(LIMITING_CHECK))
    return { requests: true, tokens: true, because: LIMITING_CHECK };
  if (preCallChecks) return { requests: true, tokens: false, because: 'enable_pre_call_checks' };
  return { requests: false, tokens: false };
};

/** The ceilings that one row states. 0 is a share, not a limit. */
export const rowLimits = (row: Row, { requests, tokens }: Ceilings): StatedLimit[] => {
  const { litellm_params: params, model_info: info } = row;
  const written: Partial<Record<LimitWord, number | null | undefined>> = {
    ...(requests && { rpm: params.rpm ?? row.rpm ?? info?.rpm }),
    ...(tokens && {
      tpm: params.tpm ?? row.tpm ?? info?.tpm,
      itpm: params.itpm,
      otpm: params.otpm,
    }),
  };
  const words = Object.keys(written) as LimitWord[];
  return words.flatMap((word): StatedLimit[] => {
    const amount = written[word];
    return amount ? [{ ...LIMIT_WORDS[word], amount, refill: 'linear' }] : [];
  });
};
