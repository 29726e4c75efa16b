import { type ChatRequest, type Tool, isVendorTool } from '#wire/chat-request.ts';
import { textOf } from '#simulator/prompt.ts';

/** How far into a prompt a plain wish for a tool is looked for. */
const WISH_SOURCE = 4000;
const WISH = /\b(?:use|call|invoke|run)\b[^.?!]{0,40}\b(?:tool|function)\b|ツール|関数/i;

/** The tool that the answer calls: the one demanded, else the one that the prompt plainly asks for. */
export const chooseTool = ({ messages, tools = [], toolChoice }: ChatRequest): Tool | undefined => {
  const known = tools.flatMap((tool) => (isVendorTool(tool) ? [] : [tool]));
  if (toolChoice?.kind === 'none') return undefined;
  if (toolChoice?.kind === 'tool') return known.find(({ name }) => name === toolChoice.name);
  const last = messages.at(-1);
  const isAsked = last?.role === 'user' && !last.parts.some(({ kind }) => kind === 'tool-result');
  const prompt = isAsked ? textOf(last).slice(0, WISH_SOURCE) : '';
  const named = known.find(({ name }) => prompt.toLowerCase().includes(name.toLowerCase()));
  if (named !== undefined) return named;
  return toolChoice?.kind === 'required' || WISH.test(prompt) ? known[0] : undefined;
};
