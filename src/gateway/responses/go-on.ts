import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, own } from '#core/json.ts';
import type { GatewayCall, GatewayDeps } from '#gateway/call.ts';
import { inputItems, outputItems } from '#gateway/responses/items.ts';
import type { StoredResponse } from '#gateway/responses/response-store.ts';
import type { Target } from '#upstream/target.ts';
import { rest } from '#wire/check.ts';
import { textAt } from '#core/fields.ts';
import { openaiResponses } from '#wire/openai-responses/index.ts';

const PREVIOUS = 'previous_response_id';
const DROPPED = new Set([PREVIOUS]);

/** A request with what came before it. */
export interface Continued {
  readonly call: GatewayCall;
  /** All that it says, what was said before included; as items with ids. */
  readonly said: (response: string) => readonly JsonObject[];
}

/**
 * A request that may go on from an earlier response: put to the deployment that gave it, where its
 * vendor keeps it, else with all that was said before. Throws SpillwayError where nobody knows it.
 */
export const goOn = (deps: GatewayDeps, call: GatewayCall): Continued => {
  const { body, tenant } = call;
  openaiResponses.touchRequest(body);
  const id = own(body, PREVIOUS);
  const said = (response: string): readonly JsonObject[] => inputItems(body, response);
  if (typeof id !== 'string') return { call, said };
  // All keys may share one of a vendor's, which would tell any of them.
  if (deps.responses.isAnothers(id, tenant.key)) throw unknown(id, undefined);
  const stored = deps.responses.get(id, tenant.key);
  if (!stored?.kept) return { call: askedWhereItIs(deps, call, { id, stored }), said };
  const { input, response, bytes } = stored.kept;
  const before = [...input, ...outputItems(response)];
  const whole = { ...rest(body, DROPPED), input: [...before, ...inputItems(body, call.id)] };
  return {
    call: { ...call, body: whole, told: body, bytes: call.bytes + bytes },
    said: (of) => [...before, ...said(of)],
  };
};

/** Whether a deployment's vendor speaks this dialect: then it keeps what it has said. */
export const keepsResponses = (target: Target, model: string): boolean =>
  target.conversationAt(openaiResponses.name, { model, stream: false })?.dialect ===
  openaiResponses.name;

const askedWhereItIs = (
  deps: GatewayDeps,
  call: GatewayCall,
  { id, stored }: { readonly id: string; readonly stored: StoredResponse | undefined },
): GatewayCall => {
  const { group, pinned: named } = deps.groups.resolve(textAt(call.body, 'model'));
  const all = deps
    .catalogue()
    .filter((row) => row.group === group && (named ?? row.name) === row.name)
    .flatMap(({ name }) => deps.targets.get(name) ?? []);
  const keepers = all.filter((target) => keepsResponses(target, target.spec.model));
  // Nobody else has it: there is nothing to fall back to.
  const fallbacks = { rules: {}, ...call.fallbacks, isOff: true };
  // Of a process before this one, or of another: one after the other is asked, until one knows it.
  if (!stored && keepers.length > 1 && keepers.length === all.length) return { ...call, fallbacks };
  const found = stored
    ? keepers.find((target) => knows(deps, target, stored))
    : keepers.length === 1
      ? keepers[0]
      : undefined;
  if (!found) throw unknown(id, stored);
  return { ...call, pinned: found.spec.name, fallbacks };
};

/** Whoever has the same key at the same place sees the same responses. */
const knows = (
  { targets }: GatewayDeps,
  target: Target,
  { deployment }: StoredResponse,
): boolean => {
  const giver = targets.get(deployment);
  if (!giver || giver.spec.name === target.spec.name) return giver !== undefined;
  const [a, b] = [giver, target].map(({ origin, headers, spec }) =>
    spec.apiKey === undefined ? undefined : JSON.stringify([origin, headers]),
  );
  return a !== undefined && a === b;
};

const unknown = (id: string, stored: StoredResponse | undefined): SpillwayError =>
  new SpillwayError(
    'invalid_request',
    stored
      ? `Previous response with id '${id.slice(0, 80)}' was given by a deployment that does not serve this model; name the model that gave it.`
      : `Previous response with id '${id.slice(0, 80)}' not found: it was not kept, or not for so long; send the whole conversation.`,
    { param: PREVIOUS, isFinal: true },
  );
