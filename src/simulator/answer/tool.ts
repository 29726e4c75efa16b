import { type ChatRequest, type Tool, isVendorTool } from '#wire/chat-request.ts';
import { textOf } from '#simulator/prompt.ts';

/** How far into a prompt a plain wish for a tool is looked for. */
const WISH_SOURCE = 4000;
const WISH = /\b(?:use|call|invoke|run)\b[^.?!]{0,40}\b(?:tool|function)\b|ツール|関数/i;

/** The tools that the answer calls: the one demanded, else those that the prompt plainly asks for. */
export const chooseTools = (request: ChatRequest): Tool[] => {
  const { messages, tools = [], toolChoice, parallelTools = true } = request;
  const known = tools.flatMap((tool) => (isVendorTool(tool) ? [] : [tool]));
  if (toolChoice?.kind === 'none') return [];
  if (toolChoice?.kind === 'tool') return known.filter(({ name }) => name === toolChoice.name);
  const last = messages.at(-1);
  const isAsked = last?.role === 'user' && !last.parts.some(({ kind }) => kind === 'tool-result');
  const prompt = isAsked ? textOf(last).slice(0, WISH_SOURCE) : '';
  const said = prompt.toLowerCase();
  const named = known.filter(({ name }) => said.includes(name.toLowerCase()));
  if (named.length > 0) return parallelTools ? named : named.slice(0, 1);
  return toolChoice?.kind === 'required' || WISH.test(prompt) ? known.slice(0, 1) : [];
};
