import type { JsonObject } from '#core/json.ts';
import type { ChatMessage, Part, Source, ToolResultPart } from '#wire/chat-request.ts';
import { argsOf, isMade, writeResponse } from '#wire/gemini/calls.ts';
import { writeMedia } from '#wire/gemini/media.ts';
import { NAME } from '#wire/gemini/name.ts';
import { NO_SEAL, wantsSeals } from '#wire/gemini/thinking.ts';

/** How messages are said to one model. */
export interface Saying {
  readonly model: string;
  /** The request was read from this dialect: what only it knows is said again. */
  readonly isOwn: boolean;
  /** Calls keep the ids that they came with. */
  readonly ids: boolean;
}

/** One speaker's turn. */
interface Turn {
  readonly role: 'user' | 'model';
  readonly said: Said[];
  readonly extra: JsonObject;
}

/** A part and its path, for errors. */
interface Said {
  readonly part: Part;
  readonly param: string;
}

/**
 * The conversation as Google takes it: the system's words apart, turns of one speaker together, results
 * of tools under their names. What has no user's word at all is said by the user.
 */
export const writeContents = (messages: readonly ChatMessage[], saying: Saying): JsonObject => {
  const at = { saying, names: namesOf(messages) };
  const all = messages.map(({ parts }, i) =>
    parts.map((part, j) => ({ part, param: `messages.${i}.content.${j}` })),
  );
  const system = all.flatMap((said, i) => (messages[i]?.role === 'system' ? said : []));
  const instruction = partsOf(system, at);
  const contents = turnsOf(messages, all, saying).flatMap(({ role, said, extra }) => {
    const parts = partsOf(saying.isOwn ? said : inOrder(said, at.names), at);
    const whole = role === 'model' ? sealed(parts, saying) : parts;
    return whole.length > 0 || saying.isOwn ? [{ role, parts: whole, ...extra }] : [];
  });
  if (contents.length === 0) return { contents: [{ role: 'user', parts: instruction }] };
  return {
    contents,
    ...(instruction.length > 0 && { systemInstruction: { parts: instruction } }),
  };
};

/** Messages of one speaker in a row are one turn, unless they were said so in Google's own words. */
const turnsOf = (
  messages: readonly ChatMessage[],
  all: readonly (readonly Said[])[],
  { isOwn }: Saying,
): Turn[] => {
  const turns: Turn[] = [];
  for (const [i, message] of messages.entries()) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'model' : 'user';
    const said = all[i] ?? [];
    const last = turns.at(-1);
    if (!isOwn && last?.role === role) last.said.push(...said);
    else turns.push({ role, said: [...said], extra: (isOwn && message.extra) || {} });
  }
  return turns;
};

/** Results stand first, in the order of their calls: that is how they are told apart. */
const inOrder = (said: readonly Said[], names: Names): readonly Said[] => {
  const place = ({ part }: Said): number =>
    part.kind === 'tool-result' ? (names.get(part.id)?.place ?? names.size) : Infinity;
  return said.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
};

/** The tool of each call, and its place among all. */
type Names = ReadonlyMap<string, { readonly name: string; readonly place: number }>;

const namesOf = (messages: readonly ChatMessage[]): Names => {
  const names = new Map<string, { name: string; place: number }>();
  for (const part of messages.flatMap(({ parts }) => parts))
    if (part.kind === 'tool-call') names.set(part.id, { name: part.name, place: names.size });
  return names;
};

interface At {
  readonly saying: Saying;
  readonly names: Names;
}

const partsOf = (all: readonly Said[], at: At): JsonObject[] =>
  all.flatMap((said) => {
    const written = partOf(said, at);
    if (!at.saying.isOwn || !said.part.extra) return written;
    const { fileData: _, ...extra } = said.part.extra;
    return written.map((each) => ({ ...each, ...extra }));
  });

const partOf = ({ part, param }: Said, at: At): JsonObject[] => {
  const { isOwn } = at.saying;
  switch (part.kind) {
    case 'text':
    case 'refusal':
      // An empty part is refused.
      return part.text === '' && !isOwn ? [] : [{ text: part.text }];
    case 'image':
    case 'audio':
    case 'document':
      return [mediaOf(part, { isOwn, param })];
    case 'reasoning':
      // Thoughts of others have no seal that is known here, and need not come back.
      return isOwn ? [{ text: part.text, thought: true, ...seal(part.signature) }] : [];
    case 'tool-call': {
      const { id, name, input, signature } = part;
      const call = { ...callId(id, at), name, args: argsOf(input) };
      return [{ functionCall: call, ...seal(signature) }];
    }
    case 'tool-result':
      return resultOf({ part, param }, at);
    default:
      return part.dialect === NAME ? [part.value as JsonObject] : [];
  }
};

const mediaOf = (
  { source, extra, at }: Extract<Part, { source: Source }>,
  { isOwn, param }: { readonly isOwn: boolean; readonly param: string },
): JsonObject => writeMedia({ source, extra: isOwn ? extra : undefined }, at ?? param);

const seal = (signature: string | undefined): JsonObject =>
  signature === undefined ? {} : { thoughtSignature: signature };

/** One of Google's two endpoints refuses ids: only who has said one in its words is believed to know. */
const callId = (id: string, { saying }: At): JsonObject =>
  saying.ids && !isMade(id) ? { id } : {};

const resultOf = (
  { part, param }: { readonly part: Extract<Part, ToolResultPart>; readonly param: string },
  at: At,
): JsonObject[] => {
  const { id, content, isError = false } = part;
  const text = content.map((each) => (each.kind === 'text' ? each.text : '')).join('');
  const files = content
    .filter(({ kind }) => kind !== 'text')
    .map((each) => ({ part: each, param }));
  const parts = partsOf(files, at);
  const name = part.name ?? at.names.get(id)?.name ?? id;
  const said = { ...callId(id, at), name, response: writeResponse(text, isError) };
  // Newer models take pictures within the result, older ones beside it.
  const within = at.saying.isOwn || wantsSeals(at.saying.model);
  if (!within) return [{ functionResponse: said }, ...parts];
  return [{ functionResponse: { ...said, ...(parts.length > 0 && { parts }) } }];
};

/** Newer models refuse a turn of calls without a seal on its first one. */
const sealed = (parts: JsonObject[], { isOwn, model }: Saying): JsonObject[] => {
  if (isOwn || !wantsSeals(model)) return parts;
  const calls = parts.filter((part) => 'functionCall' in part);
  const isSealed = calls.some((part) => 'thoughtSignature' in part);
  const [first] = calls;
  if (!first || isSealed) return parts;
  return parts.map((part) => (part === first ? { ...part, thoughtSignature: NO_SEAL } : part));
};
