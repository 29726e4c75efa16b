import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { ChatReply } from '#gateway/chat.ts';
import { type Continued, keepsResponses } from '#gateway/responses/go-on.ts';
import { textAt } from '#core/fields.ts';
import { ENDINGS } from '#wire/openai-responses/endings.ts';

/** Of a stream: what tells the response's id, and the whole of it. */
const BEGUN: ReadonlySet<string> = new Set(['response.created', 'response.queued']);

/** What is larger would hold the loop for too long, and is not kept. */
const PARSED_BYTES = 4_194_304;

/**
 * Hears an answer as its caller gets it, and keeps what a later request needs to go on from it:
 * where it is, or all of it. Undefined where the caller wants nothing kept.
 */
export const rememberer = (
  deps: GatewayDeps,
  { call, said }: Continued,
  { target, stream }: ChatReply,
): ((bytes: Buffer) => void) | undefined => {
  const { body, tenant } = call;
  if (own(body, 'store') === false) return undefined;
  const { name: deployment, model } = target.spec;
  const isKept = keepsResponses(target, model);
  let isDone = false;
  const remember = (response: JsonObject, bytes: number): void => {
    const id = own(response, 'id');
    if (typeof id !== 'string' || id === '') return;
    isDone = true;
    const kept = isKept ? {} : { kept: { input: said(id), response, bytes: call.bytes + bytes } };
    deps.responses.add(id, { owner: tenant.key, deployment, ...kept });
  };
  if (!stream)
    return (bytes) => {
      const response = bytes.length > PARSED_BYTES ? undefined : parsed(bytes.toString());
      if (response) remember(response, bytes.length);
    };
  const telling = [...(isKept ? BEGUN : ENDINGS)];
  return (bytes) => {
    if (isDone || bytes.length > PARSED_BYTES || !telling.some((type) => bytes.includes(type)))
      return;
    for (const line of bytes.toString().split('\n')) {
      const message = line.startsWith('data:') ? parsed(line.slice('data:'.length)) : undefined;
      const response = message && own(message, 'response');
      if (message && telling.includes(textAt(message, 'type')) && isObject(response))
        remember(response, line.length);
    }
  };
};

const parsed = (text: string): JsonObject | undefined => {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
