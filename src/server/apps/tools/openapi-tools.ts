import { SpillwayError } from '#core/errors.ts';
import { textAt } from '#core/fields.ts';
import { isObject, type Json, type JsonObject, own, valueAt } from '#core/json.ts';
import type { FlowReply, FlowRequest, FlowTool, ToolAnswer } from '#flow/ports.ts';

/** One operation of an API that is described in OpenAPI. */
export interface OpenApiTool extends FlowTool {
  readonly method: string;
  readonly path: string;
  readonly base: string;
  readonly places: ReadonlyMap<string, 'path' | 'query' | 'header' | 'body'>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const;
const MOST_TOOLS = 500;

/** Every operation of a description. Throws SpillwayError `config_invalid` when it is none. */
export const openApiTools = (document: Json, baseUrl: string | undefined): OpenApiTool[] => {
  const root = isObject(document) ? document : {};
  const paths = own(root, 'paths');
  const server = valueAt(root, ['servers', 0, 'url']);
  const base = baseUrl ?? (typeof server === 'string' ? server : undefined);
  if (!isObject(paths) || base === undefined || !/^https?:/.test(base))
    throw new SpillwayError(
      'config_invalid',
      'A description of tools needs `paths`, and a server’s URL in it or in `base_url`.',
    );
  const tools = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = isObject(item) ? own(item, method) : undefined;
      return isObject(item) && isObject(operation)
        ? [toolOf({ root, path, method, item, operation, base: base.replace(/\/$/, '') })]
        : [];
    }),
  );
  return tools.slice(0, MOST_TOOLS);
};

interface Operation {
  readonly root: JsonObject;
  readonly path: string;
  readonly method: string;
  readonly item: JsonObject;
  readonly operation: JsonObject;
  readonly base: string;
}

/** What a `$ref` within the same document refers to; references to references, a few deep. */
const resolved = (root: JsonObject, value: Json | undefined, depth = 0): JsonObject => {
  if (!isObject(value)) return {};
  const ref = own(value, '$ref');
  if (typeof ref !== 'string' || !ref.startsWith('#/') || depth > 10) return value;
  return resolved(root, valueAt(root, ref.slice(2).split('/')), depth + 1);
};

const toolOf = ({ root, path, method, item, operation, base }: Operation): OpenApiTool => {
  const places = new Map<string, 'path' | 'query' | 'header' | 'body'>();
  const properties: JsonObject = {};
  const required: string[] = [];
  const listed = [own(item, 'parameters'), own(operation, 'parameters')].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  for (const entry of listed) {
    const parameter = resolved(root, entry);
    const name = textAt(parameter, 'name');
    const place = textAt(parameter, 'in');
    if (name === '' || (place !== 'path' && place !== 'query' && place !== 'header')) continue;
    places.set(name, place);
    const schema = resolved(root, own(parameter, 'schema'));
    const description = textAt(parameter, 'description');
    properties[name] = { ...schema, ...(description && { description }) };
    if (own(parameter, 'required') === true) required.push(name);
  }
  const content = own(resolved(root, own(operation, 'requestBody')), 'content');
  const media = isObject(content) ? own(content, 'application/json') : undefined;
  const body = resolved(root, isObject(media) ? own(media, 'schema') : undefined);
  for (const [name, schema] of Object.entries(resolved(root, own(body, 'properties')))) {
    places.set(name, 'body');
    properties[name] = resolved(root, schema);
  }
  const needed = own(body, 'required');
  for (const name of Array.isArray(needed) ? needed : [])
    if (typeof name === 'string') required.push(name);
  const name = (textAt(operation, 'operationId') || `${method}_${path}`).replaceAll(
    /[^\w-]+/g,
    '_',
  );
  return {
    name: name.slice(0, 64),
    description: textAt(operation, 'summary') || textAt(operation, 'description') || name,
    schema: { type: 'object', properties, required: [...new Set(required)] },
    method: method.toUpperCase(),
    path,
    base,
    places,
  };
};

const TIMEOUT_MS = 60_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** The request that an operation is, with these values. */
export const toolRequest = (
  tool: OpenApiTool,
  inputs: JsonObject,
  headers: Readonly<Record<string, string>>,
): FlowRequest => {
  const { places, method, base, path } = tool;
  const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    segmentOf(name, text(own(inputs, name) ?? '')),
  );
  const url = new URL(base + filled);
  const sent = new Map([['accept', 'application/json']]);
  const body: JsonObject = {};
  for (const [name, value] of Object.entries(inputs)) {
    const place = places.get(name);
    if (place === 'query') url.searchParams.append(name, text(value));
    else if (place === 'header' && /^[\w-]+$/.test(name)) sent.set(name.toLowerCase(), text(value));
    else if (place === 'body') body[name] = value;
  }
  // Whom an API takes the gateway for is the operator's word, whatever a model fills in.
  for (const [name, value] of Object.entries(headers)) sent.set(name.toLowerCase(), value);
  const hasBody = [...places.values()].includes('body');
  return {
    method,
    url: url.href,
    headers: {
      ...Object.fromEntries(sent),
      ...(hasBody && { 'content-type': 'application/json' }),
    },
    ...(hasBody && { body: JSON.stringify(body) }),
    timeoutMs: TIMEOUT_MS,
    limitBytes: MOST_BYTES,
  };
};

/** Throws SpillwayError `node_failed` when the API refused. */
export const toolAnswer = ({ status, body }: FlowReply): ToolAnswer => {
  const text = Buffer.from(body).toString('utf8');
  if (status < 200 || status >= 300)
    throw new SpillwayError('node_failed', `The tool answered ${status}: ${text.slice(0, 500)}`);
  try {
    const value = JSON.parse(text) as Json;
    return { text, json: [value], files: [] };
  } catch {
    return { text, json: [], files: [] };
  }
};

/** One step of a path: a value that means a step up would lead to another of the API's routes. */
const segmentOf = (name: string, value: string): string => {
  if (value === '.' || value === '..')
    throw new SpillwayError('node_failed', `The input ${name} cannot be ${value}.`);
  return encodeURIComponent(value.toWellFormed());
};
