import type { AdmitRequest } from '#balancer/admit.ts';
import type { Explanation } from '#balancer/explanation.ts';
import { OwnSide } from '#balancer/own-side.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { Prospect } from '#keys/prospect.ts';

/** What would become of a request, and how it stands with those who would pay for it. */
export interface Foreseen extends Explanation {
  /** Absent where nobody is billed. */
  readonly prospect?: Prospect;
}

/** A request that came now, with limits and budgets of its payers. Nothing is sent, set aside or learned. */
export const foresee = (
  deps: GatewayDeps,
  request: AdmitRequest,
  prospect: Prospect | undefined,
): Foreseen => {
  const inLine = prospect?.inLine ?? [];
  const explanation = deps.explain({
    ...request,
    own: new OwnSide([...deps.ownCharges(request.tenant), ...inLine]),
    ...(prospect?.upstream && { budgets: prospect.upstream }),
  });
  const error = prospect?.refusal;
  return {
    ...explanation,
    ...(error && { fate: { verdict: 'refused', error } }),
    ...(prospect && { prospect }),
  };
};
