import { SpillwayError } from '#core/errors.ts';
import type { ChatRequest } from '#wire/chat-request.ts';

/** Shorter pieces of a prompt tell nobody anything. */
const SHORTEST = 12;
/** Pieces that are looked for at most: a message is short. */
const MOST_PIECES = 2_000;
const CUT = '[prompt]';

/** What an app was told to say to its model is none of its callers' business: vendors repeat it in errors. */
export const withoutPrompt = (thrown: unknown, request: ChatRequest): SpillwayError => {
  const error = SpillwayError.from(thrown);
  const message = promptPieces(request).reduce(
    (text, piece) => (text.includes(piece) ? text.replaceAll(piece, CUT) : text),
    error.message,
  );
  return message === error.message ? error : error.with({}, message);
};

/** Whole texts first, then their lines and sentences, each as it is and as it stands in JSON: an error may quote any. */
export const promptPieces = ({ messages }: ChatRequest): string[] => {
  const texts = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])),
  );
  const pieces = texts
    .flatMap((text) => [text, ...text.split(/\n|(?<=[.。!?！？])\s*/u)])
    .map((piece) => piece.trim())
    .filter(({ length }) => length >= SHORTEST)
    .slice(0, MOST_PIECES);
  return [...new Set(pieces.flatMap((piece) => [piece, JSON.stringify(piece).slice(1, -1)]))];
};
