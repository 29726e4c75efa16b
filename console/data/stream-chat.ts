import { BrokenOff, send } from './api.ts';
import { readEvents } from './sse.ts';

/** A message as the API takes it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string | readonly ContentPart[];
}

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

export interface ChatAsk {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly tools?: unknown;
}

/** What is known of an answer, more with every piece. */
export interface ChatAnswer {
  readonly text: string;
  readonly toolCalls: readonly { readonly name: string; readonly input: string }[];
  readonly deployment: string | undefined;
  readonly id: string | undefined;
  readonly queueS: number | undefined;
  /** From the page's send to the first content, and to the end, s. */
  readonly firstS: number | undefined;
  readonly totalS: number | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

const NOTHING: ChatAnswer = {
  text: '',
  toolCalls: [],
  deployment: undefined,
  id: undefined,
  queueS: undefined,
  firstS: undefined,
  totalS: undefined,
  inputTokens: undefined,
  outputTokens: undefined,
};

interface Chunk {
  readonly error?: { readonly message?: string };
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null;
      readonly tool_calls?: readonly {
        readonly index: number;
        readonly function?: { readonly name?: string; readonly arguments?: string };
      }[];
    };
  }[];
}

/** Asks, and tells of each piece. Rejects with ApiError, or BrokenOff for a stream that says why it ends. */
export const streamChat = async (
  ask: ChatAsk,
  signal: AbortSignal,
  tell: (answer: ChatAnswer) => void,
): Promise<ChatAnswer> => {
  const startedAt = performance.now();
  const since = (): number => (performance.now() - startedAt) / 1000;
  const body = { ...ask, stream: true, stream_options: { include_usage: true } };
  const reply = await send('/v1/chat/completions', { method: 'POST', body, signal });
  const queueMs = Number(reply.headers.get('x-spillway-queue-ms') ?? 0);
  let answer: ChatAnswer = {
    ...NOTHING,
    deployment: reply.headers.get('x-spillway-deployment') ?? undefined,
    id: reply.headers.get('x-litellm-call-id') ?? undefined,
    queueS: queueMs / 1000,
  };
  tell(answer);
  for await (const { data } of readEvents(reply)) {
    if (data === '[DONE]') break;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) throw new BrokenOff(chunk.error.message ?? '');
    answer = withChunk(answer, chunk, since());
    tell(answer);
  }
  answer = { ...answer, totalS: since() };
  tell(answer);
  return answer;
};

const withChunk = (answer: ChatAnswer, { choices, usage }: Chunk, atS: number): ChatAnswer => {
  const delta = choices?.[0]?.delta;
  const isContent = Boolean(delta?.content) || (delta?.tool_calls?.length ?? 0) > 0;
  return {
    ...answer,
    text: answer.text + (delta?.content ?? ''),
    toolCalls: delta?.tool_calls ? withCalls(answer.toolCalls, delta.tool_calls) : answer.toolCalls,
    firstS: answer.firstS ?? (isContent ? atS : undefined),
    ...(usage && { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }),
  };
};

type Calls = NonNullable<NonNullable<NonNullable<Chunk['choices']>[number]['delta']>['tool_calls']>;

const withCalls = (before: ChatAnswer['toolCalls'], pieces: Calls): ChatAnswer['toolCalls'] => {
  const calls = [...before];
  for (const { index, function: piece } of pieces) {
    const call = calls[index] ?? { name: '', input: '' };
    calls[index] = {
      name: call.name + (piece?.name ?? ''),
      input: call.input + (piece?.arguments ?? ''),
    };
  }
  return calls;
};
