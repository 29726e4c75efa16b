import type { ChatMessage, ChatRequest, Tool } from '#wire/chat-request.ts';

/** LiteLLM's words for a turn that somebody has to take. */
const GO_ON = 'Please continue.';

const TURN: ChatMessage = { role: 'user', parts: [{ kind: 'text', text: GO_ON }] };

/** Some vendors want the tools of earlier calls named, even where none may be called any more. */
const isCall = ({ kind }: ChatMessage['parts'][number]): boolean =>
  kind === 'tool-call' || kind === 'tool-result';

const DUMMY: Tool = {
  name: 'dummy_tool',
  description: 'This is a placeholder; never call it.',
  schema: { type: 'object', properties: {} },
};

/** A request that vendors would refuse for its form, in the form that they want: LiteLLM's `modify_params`. */
export const mended = (request: ChatRequest): ChatRequest => {
  const { messages, tools = [] } = request;
  const first = messages.findIndex(({ role }) => role !== 'system');
  const begins = messages[first]?.role === 'user';
  const missesTools = tools.length === 0 && messages.some(({ parts }) => parts.some(isCall));
  if (begins && !missesTools) return request;
  const at = first < 0 ? messages.length : first;
  return {
    ...request,
    ...(!begins && { messages: [...messages.slice(0, at), TURN, ...messages.slice(at)] }),
    ...(missesTools && { tools: [DUMMY] }),
  };
};
