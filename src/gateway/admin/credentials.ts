import type { JsonObject } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { nameField } from '#keys/fields.ts';
import type { Principal } from '#keys/principal.ts';

/** What somebody writes of a credential. */
export interface CredentialFields {
  readonly name?: string | null | undefined;
  readonly values?: JsonObject | null | undefined;
  /** The deployment whose values it takes. */
  readonly modelId?: string | null | undefined;
  readonly info?: JsonObject | null | undefined;
}

/** Vendors' keys by name. What is shown is without secrets; each throws SpillwayError. */
export interface CredentialDesk {
  list(): readonly JsonObject[];
  byName(name: string): JsonObject;
  byModel(id: string): JsonObject;
  add(principal: Principal, fields: CredentialFields & { readonly name: string }): Promise<void>;
  change(principal: Principal, name: string, fields: CredentialFields): Promise<void>;
  remove(principal: Principal, name: string): Promise<void>;
}

const anything = z.record(z.string(), z.unknown());
const fields = {
  credential_values: anything.nullish(),
  credential_info: anything.nullish(),
};
const newBody = z
  .looseObject({ ...fields, credential_name: nameField, model_id: nameField.nullish() })
  .refine((body) => Object.keys(body.credential_values ?? {}).length > 0 || body.model_id, {
    message: 'Either credential_values or model_id must be set',
    path: ['credential_values'],
  });
const partBody = z.looseObject({ ...fields, credential_name: nameField.nullish() });
const item = z.object({
  credential_name: z.string(),
  credential_values: anything,
  credential_info: anything,
});

/** Of a body that has been checked: it came as JSON. */
const fieldsOf = (body: Partial<z.infer<typeof newBody>>): CredentialFields => ({
  name: body.credential_name,
  values: body.credential_values as JsonObject | null | undefined,
  modelId: body.model_id,
  info: body.credential_info as JsonObject | null | undefined,
});

/** LiteLLM's routes for vendors' keys that models name: `litellm_credential_name`. */
export const credentialRoutes = (desk: CredentialDesk): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/credentials',
    access: 'admin',
    summary: "Keeps a vendor's key under a name, encrypted; its own, or that of a deployment.",
    body: newBody,
    async serve({ body, principal }) {
      await desk.add(principal, { ...fieldsOf(body), name: body.credential_name });
      return { success: true, message: 'Credential created successfully' };
    },
  }),
  controlRoute({
    method: 'get',
    path: '/credentials',
    access: 'viewer',
    summary: 'All credentials, without their secrets.',
    reply: z.object({ success: z.boolean(), credentials: z.array(item) }),
    serve: () => ({ success: true, credentials: desk.list() }),
  }),
  controlRoute({
    method: 'get',
    path: '/credentials/by_name/{credential_name}',
    access: 'viewer',
    summary: 'A credential, without its secrets.',
    reply: item,
    serve: ({ params: { credential_name: name = '' } }) => desk.byName(name),
  }),
  controlRoute({
    method: 'get',
    path: '/credentials/by_model/{model_id}',
    access: 'viewer',
    summary: 'What a deployment calls its vendor with, without its secrets.',
    reply: item,
    serve: ({ params: { model_id: id = '' } }) => desk.byModel(id),
  }),
  ...writingRoutes(desk),
];

const writingRoutes = (desk: CredentialDesk): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'patch',
    path: '/credentials/{credential_name}',
    access: 'admin',
    summary: 'Changes the given fields of a credential, for all models that use it.',
    body: partBody,
    async serve({ body, params: { credential_name: name = '' }, principal }) {
      await desk.change(principal, name, fieldsOf(body as Partial<z.infer<typeof newBody>>));
      return { success: true, message: 'Credential updated successfully' };
    },
  }),
  controlRoute({
    method: 'delete',
    path: '/credentials/{credential_name}',
    access: 'admin',
    summary: 'Deletes a credential; models that use it stop serving.',
    async serve({ params: { credential_name: name = '' }, principal }) {
      await desk.remove(principal, name);
      return { success: true, message: 'Credential deleted successfully' };
    },
  }),
];
