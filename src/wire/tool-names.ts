import { createHash } from 'node:crypto';
import { type ChatRequest, type Part, type Tool, isVendorTool } from '#wire/chat-request.ts';

/** What vendors of a dialect take as the name of a tool. */
export interface ToolNameRules {
  readonly mostChars: number;
  /** Characters that they refuse; global. */
  readonly refused: RegExp;
}

export interface FittedTools {
  readonly request: ChatRequest;
  /** By the name that the vendor gets: the caller's own. Absent where all names fit. */
  readonly names?: ReadonlyMap<string, string>;
}

/** Enough of a digest that two names of one request do not meet. */
const DIGEST_CHARS = 8;

/** A name that fits, the same for the same name: turns of one conversation must agree. */
const fitted = (name: string, { mostChars, refused }: ToolNameRules): string => {
  const plain = name.replaceAll(refused, '_');
  if (plain === name && name.length <= mostChars) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_CHARS);
  return `${plain.slice(0, mostChars - DIGEST_CHARS - 1)}_${digest}`;
};

/** The request with names of tools that its vendor takes. */
export const fitTools = (request: ChatRequest, rules: ToolNameRules | undefined): FittedTools => {
  if (!rules) return { request };
  const names = new Map<string, string>();
  const fit = (name: string): string => {
    const other = fitted(name, rules);
    if (other !== name) names.set(other, name);
    return other;
  };
  const tools = request.tools?.map((tool) => (isVendorTool(tool) ? tool : renamed(tool, fit)));
  const messages = request.messages.map((message) => {
    const parts = message.parts.map((part) => called(part, fit));
    return parts.some((part, i) => part !== message.parts[i]) ? { ...message, parts } : message;
  });
  if (names.size === 0) return { request };
  const { toolChoice: choice } = request;
  const toolChoice = choice?.kind === 'tool' ? renamed(choice, fit) : choice;
  return {
    request: { ...request, messages, ...(tools && { tools }), ...(toolChoice && { toolChoice }) },
    names,
  };
};

const renamed = <Named extends Tool | { readonly name: string }>(
  one: Named,
  fit: (name: string) => string,
): Named => ({ ...one, name: fit(one.name) });

const called = (part: Part, fit: (name: string) => string): Part => {
  if (part.kind !== 'tool-call' && part.kind !== 'tool-result') return part;
  const { name } = part;
  const other = name === undefined ? undefined : fit(name);
  return other === undefined || other === name ? part : { ...part, name: other };
};
