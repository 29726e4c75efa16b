import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { bodySchema, type HttpBody, writeBody } from '#flow/nodes/http-body.ts';
import { readReply } from '#flow/nodes/http-reply.ts';
import {
  authorizationSchema,
  filledPairs,
  headersOf,
  joinedHeaders,
} from '#flow/nodes/http-headers.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import { parseTemplate, selectorsOf } from '#flow/template.ts';
import { selectorsAt } from '#flow/variables.ts';

const config = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.string().nullish(),
  params: z.string().nullish(),
  authorization: authorizationSchema,
  body: bodySchema,
  timeout: z
    .object({
      connect: z.number().nullish(),
      read: z.number().nullish(),
      write: z.number().nullish(),
      max_read_timeout: z.number().nullish(),
    })
    .nullish(),
  ssl_verify: z.boolean().nullish(),
});

type Config = z.infer<typeof config>;

/** As Dify bounds them: an answer that is a file may be larger than a text. */
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_TIMEOUT_MS = 600_000;
const USUAL_TIMEOUT_MS = 60_000;

const templatesOf = ({ url, headers, params, authorization, body }: Config): string[] => [
  url,
  headers ?? '',
  params ?? '',
  authorization?.config?.api_key ?? '',
  ...(typeof body?.data === 'string' ? [body.data] : []),
  ...(Array.isArray(body?.data)
    ? body.data.flatMap(({ key, value }) => [key ?? '', value ?? ''])
    : []),
];

const httpRequest: NodeType<Config> = {
  type: 'http-request',
  config,
  outputs: () => ({ status_code: 'number', body: 'string', headers: 'object', files: 'array' }),
  reads: (config) => [
    ...templatesOf(config).flatMap((text) => selectorsOf(parseTemplate(text))),
    ...filesIn(config.body).flatMap((parts) => selectorsAt(parts)),
  ],
  async *run(node) {
    const { config } = node;
    const fill = (text: string): string => node.render(parseTemplate(text), 'text');
    const method = config.method.toUpperCase();
    const url = addressOf(config, fill);
    const written = await writeBody(node, config.body, fill);
    const headers = joinedHeaders(written.headers, headersOf(config, fill), written.framing ?? {});
    const request = {
      method,
      url,
      headers,
      ...(written.body !== undefined && { body: written.body }),
      timeoutMs: timeoutOf(config),
      limitBytes: MOST_BYTES,
      ...(config.ssl_verify === false && { verify: false }),
    };
    const reply = await serviceOf(node, 'fetch')(request, node.signal);
    const outputs = await readReply(node, reply, url);
    const process = { request: requestText(method, url, { headers, body: written.body }) };
    const isRefusal = reply.status < 200 || reply.status >= 300;
    // Where the flow says what to do about a failure, a refusal is one.
    const failure = isRefusal &&
      node.isGuarded && {
        message: `Request failed with status code ${reply.status}`,
        type: 'HTTPResponseCodeError',
      };
    return { outputs, process, ...(failure && { failure }) };
  },
};

export default httpRequest;

const filesIn = (body: HttpBody): (readonly string[])[] =>
  Array.isArray(body?.data) ? body.data.flatMap(({ file }) => (file ? [file] : [])) : [];

const addressOf = ({ url, params }: Config, fill: (text: string) => string): string => {
  const address = fill(url).trim();
  if (!/^https?:\/\//i.test(address))
    throw new SpillwayError('node_failed', 'The URL must begin with http:// or https://.');
  const parsed = URL.parse(address);
  if (!parsed) throw new SpillwayError('node_failed', 'This is no URL; look at its variables.');
  const more = new URLSearchParams(filledPairs(params ?? '', fill).map(([...pair]) => pair));
  // What the address has already stays as it is spelt: a signature may hold it.
  parsed.search = [parsed.search.slice(1), more.toString()].filter((text) => text !== '').join('&');
  return parsed.href;
};

const timeoutOf = ({ timeout }: Config): number => {
  const seconds = [timeout?.connect, timeout?.read, timeout?.write].filter(
    (value): value is number => typeof value === 'number' && value > 0,
  );
  const ms = seconds.length > 0 ? 1000 * seconds.reduce((a, b) => a + b) : USUAL_TIMEOUT_MS;
  return Math.min(ms, MOST_TIMEOUT_MS);
};

const SHOWN_BODY_CHARS = 10_000;

/** The request for people. What authorises it is not shown. */
const requestText = (
  method: string,
  url: string,
  {
    headers,
    body,
  }: { headers: Readonly<Record<string, string>>; body: Uint8Array | string | undefined },
): string => {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries(headers)
    .filter(([name]) => !/^host$/i.test(name))
    .map(([name, value]) => `${name}: ${HIDDEN.test(name) ? '***' : value}`);
  const shown =
    body instanceof Uint8Array ? `(${body.length} bytes)` : (body ?? '').slice(0, SHOWN_BODY_CHARS);
  return [`${method} ${pathname}${search} HTTP/1.1`, `Host: ${host}`, ...lines, '', shown].join(
    '\r\n',
  );
};

const HIDDEN = /authorization|cookie|key|token|secret/i;
