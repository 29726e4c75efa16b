import { SpillwayError } from '#core/errors.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { ChatEvent, UpstreamError } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';
import { readStreamError } from '#wire/openai-chat/error.ts';
import { asText, finishEvent, finishWord, readUsage } from '#wire/openai-chat/reply.ts';
import { startEvent, writeUsage } from '#wire/openai-chat/reply.ts';

const DONE = '[DONE]';

const truncated: UpstreamError = {
  kind: 'broken',
  status: 502,
  message: 'The stream ended before it was whole.',
};

/** Throws SpillwayError `upstream_invalid`: a `data:` line that is no JSON object. */
export const parseChunk = (data: string): JsonObject => {
  let chunk: Json;
  try {
    chunk = JSON.parse(data) as Json;
  } catch (cause) {
    throw new SpillwayError('upstream_invalid', 'The upstream sent a chunk that is not JSON.', {
      cause,
    });
  }
  if (isObject(chunk)) return chunk;
  throw new SpillwayError('upstream_invalid', 'The upstream sent a chunk that is not an object.');
};

/** Chunks of the first choice → events. A chunk that is no JSON ends the stream with an error. */
export const streamReader = (): Step<Frame, ChatEvent> => {
  // Text, reasoning and each tool call are blocks; a block is known by what carries it in a delta.
  const blocks = new Map<string, number>();
  let started = false;
  let finish: ChatEvent | undefined;
  let over = false;

  const open = (key: string, block: Extract<ChatEvent, { type: 'block-start' }>['block']) => {
    const known = blocks.get(key);
    if (known !== undefined) return { index: known, events: [] };
    const index = blocks.size;
    blocks.set(key, index);
    return { index, events: [{ type: 'block-start', index, block } as const] };
  };
  const delta = (key: string, value: string, block: Parameters<typeof open>[1]): ChatEvent[] => {
    const { index, events } = open(key, block);
    return value === '' ? events : [...events, { type: 'block-delta', index, delta: value }];
  };
  const toolCall = (call: Json, at: number): ChatEvent[] => {
    if (!isObject(call)) return [];
    const fn = own(call, 'function');
    const input = isObject(fn) ? asText(own(fn, 'arguments')) : '';
    const name = isObject(fn) ? asText(own(fn, 'name')) : '';
    const key = `tool ${String(own(call, 'index') ?? at)}`;
    return delta(key, input, { kind: 'tool-call', id: asText(own(call, 'id')), name });
  };
  const fail = (error: UpstreamError): ChatEvent[] => {
    over = true;
    return [{ type: 'error', error }];
  };
  const choiceEvents = (choice: JsonObject): ChatEvent[] => {
    const events: ChatEvent[] = [];
    const piece = own(choice, 'delta');
    if (isObject(piece)) {
      const reasoning = asText(own(piece, 'reasoning_content') ?? own(piece, 'reasoning'));
      if (reasoning) events.push(...delta('reasoning', reasoning, { kind: 'reasoning' }));
      const text = asText(own(piece, 'content'));
      if (text) events.push(...delta('text', text, { kind: 'text' }));
      const calls = own(piece, 'tool_calls');
      for (const [at, call] of (Array.isArray(calls) ? calls : []).entries())
        events.push(...toolCall(call, at));
    }
    const reason = own(choice, 'finish_reason');
    if (typeof reason === 'string') finish = finishEvent(reason);
    return events;
  };
  const close = (): ChatEvent[] => {
    over = true;
    const ends = [...blocks.values()].map((index) => ({ type: 'block-end', index }) as const);
    return finish ? [...ends, finish] : [...ends, { type: 'error', error: truncated }];
  };

  return {
    push(frame) {
      if (over) return [];
      if (frame.data === DONE) return close();
      let chunk: JsonObject;
      try {
        chunk = parseChunk(frame.data);
      } catch (thrown) {
        return fail({ kind: 'broken', status: 502, message: (thrown as Error).message });
      }
      const error = own(chunk, 'error');
      if (error) return fail(readStreamError(error));
      const events: ChatEvent[] = [];
      if (!started) events.push(startEvent(chunk));
      started = true;
      const choices = own(chunk, 'choices');
      const first = Array.isArray(choices) ? choices[0] : undefined;
      if (isObject(first)) events.push(...choiceEvents(first));
      const usage = readUsage(own(chunk, 'usage'));
      if (usage) events.push({ type: 'usage', usage });
      return events;
    },
    end: () => (over ? [] : close()),
  };
};

/** Events → chunks as OpenAI sends them: the role first, usage last and only when asked for. */
export const streamWriter = (options: {
  readonly includeUsage: boolean;
}): Step<ChatEvent, Frame> => {
  let head: JsonObject = {};
  let usage: ChatEvent | undefined;
  const tools = new Map<number, number>();
  const kinds = new Map<number, string>();

  const chunk = (delta: JsonObject, finish_reason: string | null = null): Frame => ({
    data: JSON.stringify({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(options.includeUsage && { usage: null }),
    }),
  });
  const toolStart = (index: number, id: string, name: string): Frame[] => {
    tools.set(index, tools.size);
    const call = { index: tools.get(index)!, id, type: 'function' };
    return [chunk({ tool_calls: [{ ...call, function: { name, arguments: '' } }] })];
  };
  const blockDelta = (index: number, text: string): Frame[] => {
    const tool = tools.get(index);
    if (tool !== undefined)
      return [chunk({ tool_calls: [{ index: tool, function: { arguments: text } }] })];
    return [chunk({ [kinds.get(index) === 'reasoning' ? 'reasoning_content' : 'content']: text })];
  };

  return {
    push(event) {
      if (event.type === 'start') {
        const { id, created, model } = event;
        head = { id, object: 'chat.completion.chunk', created, model };
        return [chunk({ role: 'assistant', content: '', refusal: null })];
      }
      if (event.type === 'block-start') {
        kinds.set(event.index, event.block.kind);
        if (event.block.kind !== 'tool-call') return [];
        return toolStart(event.index, event.block.id, event.block.name);
      }
      if (event.type === 'block-delta') return blockDelta(event.index, event.delta);
      if (event.type === 'usage') usage = event;
      if (event.type === 'finish') return finishFrames(event.reason, event.raw);
      if (event.type === 'error')
        return [{ data: JSON.stringify({ error: errorBody(event.error) }) }];
      return [];
    },
    end: () => [],
  };

  function finishFrames(reason: Parameters<typeof finishWord>[0], raw: string): Frame[] {
    const frames = [chunk({}, finishWord(reason, raw))];
    if (options.includeUsage && usage?.type === 'usage')
      frames.push({
        data: JSON.stringify({ ...head, choices: [], usage: writeUsage(usage.usage) }),
      });
    return [...frames, { data: DONE }];
  }
};

const errorBody = (error: UpstreamError): JsonObject => ({
  message: error.message,
  type: error.type ?? null,
  param: error.param ?? null,
  code: error.code ?? String(error.status),
});
