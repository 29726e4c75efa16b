import type { Env } from '#flow/jinja/env.ts';
import type { Given } from '#flow/jinja/given.ts';
import { isText, type Value } from '#flow/jinja/values.ts';
import { textOf } from '#flow/jinja/compare.ts';
import { TemplateError, typeName } from '#flow/jinja/values.ts';

/** What can be called on a value of one kind. */
export type Method<Self> = (self: Self, given: Given, env: Env) => Value;

export type Arguments = readonly (Value | undefined)[];

/** A method whose arguments have names. */
export const taking =
  <Self>(
    names: readonly string[],
    run: (self: Self, args: Arguments, env: Env) => Value,
  ): Method<Self> =>
  (self, given, env) =>
    run(self, given.bind(names), env);

/** An argument that is a text; `otherwise` where none was given. */
export const textArg = (value: Value | undefined, otherwise?: string): string => {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (value !== undefined && isText(value)) return textOf(value);
  throw new TemplateError(`must be str, not ${typeName(value ?? null)}`);
};

/** An argument that is a whole number; `otherwise` where none was given. */
export const countArg = (value: Value | undefined, otherwise: number): number => {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  throw new TemplateError('must be given a whole number');
};
