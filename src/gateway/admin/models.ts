import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { nameField } from '#keys/fields.ts';
import type { Principal } from '#keys/principal.ts';

/** What somebody writes of a model, in the words of a row of `model_list`. */
export interface ModelFields {
  readonly model_name?: string | null | undefined;
  readonly litellm_params?: JsonObject | null | undefined;
  readonly model_info?: JsonObject | null | undefined;
}

/** Models that stand in the store. Each answer shows a row without its secrets; each throws SpillwayError. */
export interface ModelDesk {
  add(principal: Principal, fields: ModelFields): Promise<JsonObject>;
  change(principal: Principal, id: string, fields: ModelFields): Promise<JsonObject>;
  /** Kept and shown, and serves nothing. */
  block(principal: Principal, id: string, blocked: boolean): Promise<JsonObject>;
  remove(principal: Principal, id: string): Promise<void>;
}

const params = z.record(z.string(), z.unknown());
const info = z.looseObject({ id: nameField.nullish() });

const newBody = z.looseObject({
  model_name: nameField,
  litellm_params: params,
  model_info: info.nullish(),
});
const partBody = z.looseObject({
  model_name: nameField.nullish(),
  litellm_params: params.nullish(),
  model_info: info.nullish(),
});
const updateBody = partBody.extend({ model_info: z.looseObject({ id: nameField }) });

/** Of a body that has been checked: it came as JSON. */
const fieldsOf = (body: object): ModelFields => body;

/** LiteLLM's routes for models that are added while it serves. */
export const modelRoutes = (desk: ModelDesk): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/model/new',
    access: 'admin',
    summary: 'Adds a deployment, which serves at once and is kept, its keys encrypted.',
    body: newBody,
    serve: ({ body, principal }) => desk.add(principal, fieldsOf(body)),
  }),
  controlRoute({
    method: 'post',
    path: '/model/update',
    access: 'admin',
    summary: 'Changes the given fields of a stored deployment; null removes a parameter.',
    body: updateBody,
    serve: ({ body, principal }) => desk.change(principal, body.model_info.id, fieldsOf(body)),
  }),
  controlRoute({
    method: 'patch',
    path: '/model/{model_id}/update',
    access: 'admin',
    summary: 'The same, with its id in the path.',
    body: partBody,
    serve: ({ body, params: { model_id: id = '' }, principal }) =>
      desk.change(principal, id, fieldsOf(body)),
  }),
  controlRoute({
    method: 'post',
    path: '/model/delete',
    access: 'admin',
    summary: 'Deletes a stored deployment; calls under way end as they would.',
    body: z.looseObject({ id: nameField }),
    async serve({ body: { id }, principal }) {
      await desk.remove(principal, id);
      return { message: `Model: ${id} deleted successfully` };
    },
  }),
  blocking(desk, 'block'),
  blocking(desk, 'unblock'),
];

const blocking = (desk: ModelDesk, word: 'block' | 'unblock'): AnyControlRoute =>
  controlRoute({
    method: 'post',
    path: `/model/${word}`,
    access: 'admin',
    summary:
      word === 'block'
        ? 'Lets a stored deployment serve nothing until it is unblocked; it is kept and shown.'
        : 'Lets a stored deployment serve again.',
    body: z.looseObject({ model_id: nameField }),
    serve: ({ body: { model_id: id }, principal }) => desk.block(principal, id, word === 'block'),
  });
