import type { Value } from '#flow/jinja/values.ts';

/** What a template is made of, as Jinja's grammar has it. */
export type Expr =
  | { readonly kind: 'const'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expr[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Expr, Expr])[] }
  | { readonly kind: 'attribute'; readonly of: Expr; readonly name: string }
  | { readonly kind: 'item'; readonly of: Expr; readonly key: Expr }
  | { readonly kind: 'slice'; readonly of: Expr; readonly bounds: readonly (Expr | undefined)[] }
  | { readonly kind: 'call'; readonly callee: Expr; readonly args: Args }
  | { readonly kind: 'filter'; readonly name: string; readonly of?: Expr; readonly args: Args }
  | { readonly kind: 'test'; readonly name: string; readonly of: Expr; readonly args: Args }
  | { readonly kind: 'unary'; readonly sign: 'not' | '-' | '+'; readonly of: Expr }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'concat'; readonly parts: readonly Expr[] }
  | {
      readonly kind: 'compare';
      readonly first: Expr;
      readonly rest: readonly (readonly [sign: string, Expr])[];
    }
  | {
      readonly kind: 'choice';
      readonly test: Expr;
      readonly yes: Expr;
      readonly no: Expr | undefined;
      readonly line: number;
    };

/** Arguments as written: `*` and `**` spread a list and a dictionary. */
export interface Args {
  readonly placed: readonly Expr[];
  readonly named: readonly (readonly [string, Expr])[];
  readonly spread?: Expr;
  readonly spreadNamed?: Expr;
}

export const NO_ARGS: Args = { placed: [], named: [] };

/** What a value is put into. */
export type Target =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly name: string; readonly member: string }
  | { readonly kind: 'targets'; readonly targets: readonly Target[] };

export interface Parameter {
  readonly name: string;
  readonly otherwise: Expr | undefined;
}

export type Statement = { readonly line: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly expr: Expr }
  | {
      readonly kind: 'if';
      readonly branches: readonly (readonly [Expr, readonly Statement[]])[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      readonly target: Target;
      readonly over: Expr;
      readonly test: Expr | undefined;
      readonly isRecursive: boolean;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'set'; readonly target: Target; readonly value: Expr }
  | {
      readonly kind: 'set-block';
      readonly target: Target;
      readonly filter: Expr | undefined;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'macro';
      readonly name: string;
      readonly parameters: readonly Parameter[];
      readonly body: readonly Statement[];
      /** What the body speaks of. */
      readonly names: ReadonlySet<string>;
    }
  | {
      readonly kind: 'call';
      readonly call: Expr;
      readonly parameters: readonly Parameter[];
      readonly body: readonly Statement[];
      readonly names: ReadonlySet<string>;
    }
  | { readonly kind: 'filter'; readonly filter: Expr; readonly body: readonly Statement[] }
  | {
      readonly kind: 'with';
      readonly sets: readonly (readonly [Target, Expr])[];
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'autoescape'; readonly on: Expr; readonly body: readonly Statement[] }
  | {
      readonly kind: 'block';
      /** Whether it sees the names of the loop and the like that it stands in. */
      readonly isScoped: boolean;
      readonly body: readonly Statement[];
    }
);
