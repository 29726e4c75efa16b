import { definePolicy } from '#balancer/policies/policy.ts';
import second from '#balancer/policies/usage-based-routing-v2.ts';

/** LiteLLM's older name: the same choice, made among the deployments that can take the request. */
export default definePolicy('usage-based-routing', second.options, (options) =>
  second.create(options),
);
