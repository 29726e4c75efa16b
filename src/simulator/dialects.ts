import type { JsonObject } from '#core/json.ts';
import type { ChatRequest } from '#wire/chat-request.ts';
import type { ChatDialect } from '#wire/dialect.ts';
import { dialects } from '#wire/dialects.ts';

export interface Counting {
  readonly path: string;
  readonly demands: readonly string[];
  readonly write: (tokens: number) => JsonObject;
}

/** How models are spoken to at one place. */
export interface Spoken {
  readonly dialect: ChatDialect;
  /** How its ids begin: of answers, and of calls of tools. */
  readonly ids: { readonly answer: string; readonly call: string };
  /** Fields without which nothing is answered. */
  readonly demands: readonly string[];
  /** Where it counts a prompt's tokens, and how it says so. */
  readonly counting?: Counting;
  /** Models that are asked to think tell what they thought. */
  readonly tellsThoughts?: boolean | ((request: ChatRequest) => boolean);
  /** It keeps its answers, and goes on from them. */
  readonly keepsAnswers?: boolean;
}

/** By path, as `locate` leads to it: one line for each dialect in which models are asked. */
export const SPOKEN: ReadonlyMap<string, Spoken> = new Map<string, Spoken>([
  [
    '/v1/chat/completions',
    {
      dialect: dialects['openai-chat'],
      ids: { answer: 'chatcmpl-', call: 'call_' },
      demands: ['messages'],
    },
  ],
  [
    '/v1/completions',
    {
      dialect: dialects['openai-completions'],
      ids: { answer: 'cmpl-', call: 'call_' },
      demands: ['prompt'],
    },
  ],
  [
    '/v1/messages',
    {
      dialect: dialects['anthropic-messages'],
      ids: { answer: 'msg_', call: 'toolu_' },
      demands: ['max_tokens', 'messages'],
      counting: {
        path: '/v1/messages/count_tokens',
        demands: ['messages'],
        write: (tokens) => ({ input_tokens: tokens }),
      },
      tellsThoughts: true,
    },
  ],
  [
    '/v1beta/models:generateContent',
    {
      dialect: dialects.gemini,
      ids: { answer: '', call: '' },
      demands: ['contents'],
      counting: {
        path: '/v1beta/models:countTokens',
        demands: ['contents'],
        write: (tokens) => ({ totalTokens: tokens }),
      },
      tellsThoughts: ({ reasoning }) => reasoning?.summary === 'auto',
    },
  ],
  [
    '/v1/responses',
    {
      dialect: dialects['openai-responses'],
      ids: { answer: 'resp_', call: 'call_' },
      demands: ['input'],
      tellsThoughts: true,
      keepsAnswers: true,
    },
  ],
  [
    '/model/converse',
    {
      dialect: dialects['bedrock-converse'],
      ids: { answer: '', call: 'tooluse_' },
      demands: ['messages'],
      tellsThoughts: true,
    },
  ],
  [
    '/v2/chat',
    {
      dialect: dialects['cohere-chat'],
      ids: { answer: '', call: 'call_' },
      demands: ['messages'],
      tellsThoughts: true,
    },
  ],
]);
