import type { IncomingHttpHeaders } from 'node:http';
import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, isObject, own } from '#core/json.ts';
import { heardHeaders } from '#providers/index.ts';
import type { CallerHeaders } from '#upstream/target.ts';

const MOST_HEADERS = 32;
const NAME = /^[\w!#$%&'*+.^`|~-]{1,128}$/;
const VALUE = /^[\x20-\x7e]{0,4096}$/;

/**
 * What no caller may say: who sends a request and who pays for it, which only the config says; and what
 * holds of one connection or of the bytes that go over it.
 */
const DENIED =
  /^(?:authorization|cookie|host|connection|keep-alive|te|trailer|upgrade|expect|content-.*|accept-encoding|transfer-encoding|forwarded|x-forwarded-.*|proxy-.*|x-amz-.*|x-goog-user-project|.*organization|.*-project)$|auth|token|secret|credential|api-?key|cookie/;

/** What a caller wants its vendor to hear beside the body: LiteLLM's `extra_headers`. */
export interface ExtraHeaders {
  /** For any vendor, names in lower case. */
  readonly plain?: CallerHeaders;
  /** For those that listen to them. */
  readonly heard?: CallerHeaders;
}

/** Undefined where there are none. Throws SpillwayError `invalid_request` that names one that may not be sent. */
export const extraHeadersOf = (body: JsonObject): ExtraHeaders | undefined => {
  const said = own(body, 'extra_headers');
  if (said === undefined || said === null) return undefined;
  if (!isObject(said)) throw refused('extra_headers', 'must be an object of texts');
  const entries = Object.entries(said).map(([name, value]) => checked(name, value));
  if (entries.length > MOST_HEADERS)
    throw refused('extra_headers', `may have ${MOST_HEADERS} headers at most`);
  const heard = entries.filter(([name]) => heardHeaders.includes(name));
  const plain = entries.filter(([name]) => !heardHeaders.includes(name));
  return {
    ...(plain.length > 0 && { plain: Object.fromEntries(plain) }),
    ...(heard.length > 0 && { heard: Object.fromEntries(heard) }),
  };
};

/** What is for this gateway, for those before it, or about the client's own library. */
const OWN = /^x-(?:stainless|litellm|spillway|queue|request|forwarded|real-ip|amzn)\b/;

/** What a client says in headers whose names begin with `x-`, as LiteLLM forwards it. */
export const forwarded = (
  headers: IncomingHttpHeaders,
  except: string | undefined,
): CallerHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith('x-') &&
        typeof entry[1] === 'string' &&
        entry[0] !== except &&
        !OWN.test(entry[0]) &&
        !DENIED.test(entry[0]) &&
        !heardHeaders.includes(entry[0]) &&
        VALUE.test(entry[1]),
    ),
  );

const checked = (written: string, value: JsonObject[string]): readonly [string, string] => {
  const name = written.toLowerCase();
  const param = `extra_headers.${written.slice(0, 100)}`;
  if (!NAME.test(name)) throw refused(param, 'is no name of a header');
  if (DENIED.test(name)) throw refused(param, 'may be set by the config only');
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text === 'string' && VALUE.test(text)) return [name, text];
  throw refused(param, 'must be a text that a header can carry');
};

const refused = (param: string, what: string): SpillwayError =>
  new SpillwayError('invalid_request', `\`${param}\` ${what}.`, { param });
