import { createHash } from 'node:crypto';
import type { Tenant } from '#balancer/admit.ts';
import type { Demand } from '#balancer/estimate.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';

/** Vendors cache prompts from about a thousand tokens on: below that there is nothing to keep together. */
const LEAST_CHARS = 4_096;
/** How much of a prompt's beginning tells that it is the same one. */
const PREFIX_CHARS = 1_024;

/**
 * A word that requests with one cached prompt have in common: what the caller says
 * (`prompt_cache_key`), else a digest of how the prompt begins. Absent for short prompts.
 */
export const affinityOf = (
  body: JsonObject,
  { demand, tenant }: { demand: Demand; tenant: Tenant },
): string | undefined => {
  const said = own(body, 'prompt_cache_key');
  if (typeof said === 'string' && said !== '') return digest([tenant.key, said]);
  if (demand.ascii + demand.wide < LEAST_CHARS) return undefined;
  const text = openingOf(body);
  return text === undefined ? undefined : digest([tenant.key, text.slice(0, PREFIX_CHARS)]);
};

/** How a prompt begins, in any dialect: with what stands above all turns, else with the first of them. */
const openingOf = (body: JsonObject): string | undefined => {
  const whole = own(body, 'systemInstruction') ?? own(body, 'system_instruction');
  const said = isObject(whole) ? own(whole, 'parts') : whole;
  const above = textOf(own(body, 'instructions') ?? own(body, 'system') ?? said);
  if (above !== undefined) return above;
  const turns = own(body, 'messages') ?? own(body, 'input') ?? own(body, 'contents');
  const first = Array.isArray(turns) ? turns[0] : turns;
  return isObject(first) ? textOf(own(first, 'content') ?? own(first, 'parts')) : textOf(first);
};

/** Of a message's content, the first text. */
const textOf = (content: Json | undefined): string | undefined => {
  if (typeof content === 'string') return content;
  const part = Array.isArray(content) ? content.find((each) => isObject(each)) : undefined;
  const text = part && own(part, 'text');
  return typeof text === 'string' ? text : undefined;
};

const digest = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
