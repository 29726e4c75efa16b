import type { FlowServices } from '#flow/ports.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import type { GuardedClient } from '#net/guarded-client.ts';
import type { Pass } from '#keys/pass.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';
import { flowChat, takerOf } from '#server/flow-chat.ts';
import type { RunPayer } from '#service-api/run-app.ts';

/** What flows have around them besides models: where code runs, and the one way outside. */
export interface FlowSurroundings {
  readonly sandbox: Sandbox;
  readonly client: GuardedClient;
  /** Which app it is: they take turns, and Python's programs of two share nothing. */
  readonly owner?: string;
  /** Whose run it is, as the app's callers name them: for fairness between them. */
  readonly user?: string;
  /** The app as records of spend know it. */
  readonly app?: GatewayCall['app'];
  /** Of the app: told to models, and kept nowhere. */
  readonly secrets?: readonly string[];
  /** Of the virtual key that pays for it. Throws where that opens nothing any more. */
  readonly pass?: () => Pass | undefined;
  /** Who pays, where that is not the app. */
  readonly payer?: RunPayer;
  /** Who takes a call to this group, under which name; the gateway itself where absent. */
  readonly route?: (group: string) => { readonly gateway: GatewayDeps; readonly model: string };
}

/** A flow's model calls enter the gateway at its spine, like everybody else's but without a socket. */
export const createFlowServices = (own: GatewayDeps, around: FlowSurroundings): FlowServices => {
  const { sandbox, client, owner = '' } = around;
  return {
    renderJinja: (job, signal) => sandbox.renderJinja(job, signal, owner),
    runCode: (job, signal) =>
      sandbox.runCode(job, signal, {
        owner,
        fetch: (request, over) => client.fetch(request, over),
      }),
    extractText: (bytes, { extension, mimeType }, signal) =>
      sandbox.extractText({ bytes, extension, mimeType }, signal, owner),
    fetch: (request, signal) => client.fetch(request, signal),
    contextTokens(group) {
      const { gateway: deps, model } = takerOf(own, around, group);
      const known = deps
        .catalogue()
        .flatMap((row) =>
          row.group === model && row.contextTokens !== undefined ? [row.contextTokens] : [],
        );
      return known.length === 0 ? undefined : Math.min(...known);
    },
    chat: (request, call) => flowChat({ own, around }, request, call),
  };
};
