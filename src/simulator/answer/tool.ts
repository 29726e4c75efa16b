import { isObject, own, type Json, type JsonObject } from '#core/json.ts';
import type { ChatRequest } from '#wire/chat-event.ts';
import { textOf } from '#simulator/prompt.ts';

interface Tool {
  readonly name: string;
  /** JSON Schema of its arguments. */
  readonly parameters: JsonObject;
}

/** How far into a prompt a plain wish for a tool is looked for. */
const WISH_SOURCE = 4000;
const WISH = /\b(?:use|call|invoke|run)\b[^.?!]{0,40}\b(?:tool|function)\b|ツール|関数/i;

/** The tool that the answer calls: the one demanded, else the one that the prompt plainly asks for. */
export const chooseTool = ({ messages, extra }: ChatRequest): Tool | undefined => {
  const tools = readTools(own(extra, 'tools'));
  const choice = own(extra, 'tool_choice');
  if (choice === 'none') return undefined;
  if (isObject(choice)) return tools.find(({ name }) => name === nameOf(choice));
  const last = messages.at(-1);
  const prompt = last?.role === 'user' ? textOf(last).slice(0, WISH_SOURCE) : '';
  const named = tools.find(({ name }) => prompt.toLowerCase().includes(name.toLowerCase()));
  if (named !== undefined) return named;
  return choice === 'required' || WISH.test(prompt) ? tools[0] : undefined;
};

const readTools = (value: Json | undefined): Tool[] =>
  (Array.isArray(value) ? value : []).flatMap((tool) => {
    const name = isObject(tool) ? nameOf(tool) : undefined;
    if (!isObject(tool) || name === undefined || name === '') return [];
    const parameters = isObject(tool['function']) ? own(tool['function'], 'parameters') : undefined;
    return [{ name, parameters: isObject(parameters) ? parameters : EMPTY_OBJECT }];
  });

/** A tool without parameters takes an empty object, not just any value. */
const EMPTY_OBJECT: JsonObject = { type: 'object' };

/** `{type: 'function', function: {name}}`, the shape of a tool and of a choice alike. */
const nameOf = (tool: JsonObject): string | undefined => {
  const described = own(tool, 'function');
  const name = isObject(described) ? own(described, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
};
