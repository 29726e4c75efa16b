/** The part of JSON Schema that the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Described {
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly body: Schema | undefined;
  readonly reply: Schema | undefined;
}

const JSON_TYPE = 'application/json';

export const operationsOf = ({ paths }: OpenApi): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({
      method,
      path,
      summary: one.summary ?? '',
      parameters: one.parameters ?? [],
      body: one.requestBody?.content?.[JSON_TYPE]?.schema,
      reply: one.responses?.['200']?.content?.[JSON_TYPE]?.schema,
    })),
  );

const DEEPEST = 12;

/** A schema in the way in which one would write its type. */
export const typeText = (schema: Schema, document: OpenApi, depth = 0): string => {
  if (depth > DEEPEST) return '…';
  const inner = (one: Schema): string => typeText(one, document, depth + 1);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    const found = document.components?.schemas?.[name];
    return found ? inner(found) : name;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.map(inner).join(' | ');
  if (schema.items) return `${wrapped(inner(schema.items))}[]`;
  if (schema.properties) return objectText(schema, inner);
  if (typeof schema.additionalProperties === 'object')
    return `{ [name]: ${inner(schema.additionalProperties)} }`;
  const type = schema.type ?? 'any';
  return typeof type === 'string' ? type : type.join(' | ');
};

const wrapped = (text: string): string => (text.includes(' | ') ? `(${text})` : text);

const objectText = (schema: Schema, inner: (one: Schema) => string): string => {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, one]) =>
      `  ${name}${required.has(name) ? '' : '?'}: ${inner(one).replaceAll('\n', '\n  ')}`,
  );
  return rows.length === 0 ? '{}' : `{\n${rows.join('\n')}\n}`;
};
