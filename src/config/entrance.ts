import { addressFault } from '#core/address-rule.ts';
import type { Part } from '#core/check-schema.ts';
import { ROUTE_KINDS } from '#core/route-kinds.ts';
import { z } from '#core/schema.ts';
import { present } from '#config/present.ts';
import { flag, name } from '#config/values.ts';
import { childOf, findingAt, type Report } from '#config/section.ts';

/** Who may come in, and where, whatever their keys say. */
export interface Entrance {
  /** Addresses and ranges; absent: all. */
  readonly addresses?: readonly string[];
  /** The proxy in front says in `x-forwarded-for` who comes. */
  readonly isForwarded?: true;
  /** Paths that there are, for whoever must have a key there; absent: all. */
  readonly routes?: readonly string[];
  /** Paths that are the proxy admins' alone. */
  readonly adminRoutes?: readonly string[];
  /** Paths that open without a key. */
  readonly publicRoutes?: readonly string[];
  /** Fields that every body must have, one inside of another with a dot. */
  readonly params?: readonly string[];
}

/** LiteLLM's name for a kind of routes, in full. */
const KIND = /^LiteLLMRoutes\./;
const KINDS = Object.keys(ROUTE_KINDS);

const texts = z.array(name).min(1, 'a list with at least one entry').max(10_000).nullish();

/** `general_settings` that it reads. */
export const entranceGeneral = {
  allowed_ips: texts,
  use_x_forwarded_for: flag.nullish(),
  allowed_routes: texts,
  admin_only_routes: texts,
  public_routes: texts,
  enforced_params: texts,
  enforce_user_param: flag.nullish(),
};

export type EntranceFields = z.infer<z.ZodObject<typeof entranceGeneral>>;

const ROUTE_LISTS = ['allowed_routes', 'admin_only_routes', 'public_routes'] as const;

/** A rule that fits nothing would shut somebody out, or let somebody in, without a word. */
export const loadEntrance = (section: Part, fields: EntranceFields, report: Report): Entrance => {
  const refuse = (field: keyof EntranceFields, faultOf: (text: string) => string | undefined) => {
    for (const [place, text] of ((fields[field] ?? []) as string[]).entries()) {
      const fault = faultOf(text);
      const at = childOf(section, field) ? [field, place] : [field];
      if (fault) report.error(findingAt(section, at, fault));
    }
  };
  refuse('allowed_ips', addressFault);
  for (const field of ROUTE_LISTS) refuse(field, routeFault);
  const { enforced_params: params, enforce_user_param: needsUser } = fields;
  const demanded = [...(needsUser ? ['user'] : []), ...(params ?? [])];
  return present({
    addresses: fields.allowed_ips ?? undefined,
    isForwarded: fields.use_x_forwarded_for ? (true as const) : undefined,
    routes: routesOf(fields.allowed_routes),
    adminRoutes: routesOf(fields.admin_only_routes),
    publicRoutes: routesOf(fields.public_routes),
    params: demanded.length > 0 ? demanded : undefined,
  });
};

const routesOf = (listed: readonly string[] | null | undefined): readonly string[] | undefined =>
  listed?.map((rule) => rule.replace(KIND, ''));

const routeFault = (rule: string): string | undefined => {
  if (rule.startsWith('/') || KINDS.includes(rule.replace(KIND, ''))) return undefined;
  return `expected a path such as /key/generate or /spend/*, or one of ${KINDS.join(', ')}; found ${JSON.stringify(rule)}`;
};
