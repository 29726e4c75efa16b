import { type JsonObject, isObject } from '#core/json.ts';
import type { Citation } from '#wire/chat-event.ts';
import { countIn, field, objectIn, objectsIn, textIn } from '#wire/gemini/fields.ts';

/** Places that one answer is believed to name. */
const MOST = 1000;

/** What a candidate says of where `text` comes from. Google counts places in bytes. */
export const readCitations = (candidate: JsonObject, text: string): Citation[] => {
  const cited = objectsIn(objectIn(candidate, 'citationMetadata'), 'citations');
  const grounding = objectIn(candidate, 'groundingMetadata');
  const supports = objectsIn(grounding, 'groundingSupports');
  if (cited.length === 0 && supports.length === 0) return [];
  const bytes = Buffer.from(text);
  const sources = objectsIn(grounding, 'groundingChunks').map(sourceOf);
  const found = [
    ...cited.map((each) => ({ ...linkOf(each), ...placeOf(each, bytes) })),
    ...supports.flatMap((support) => {
      const segment = objectIn(support, 'segment') ?? {};
      const words = textIn(segment, 'text');
      const place = { ...(words !== undefined && { text: words }), ...placeOf(segment, bytes) };
      return indicesOf(support).flatMap((i) => (sources[i] ? { ...sources[i], ...place } : []));
    }),
  ];
  return found.slice(0, MOST);
};

const indicesOf = (support: JsonObject): number[] => {
  const indices = field(support, 'groundingChunkIndices');
  return Array.isArray(indices) ? indices.filter((each) => typeof each === 'number') : [];
};

/** A page, a document or a place on a map, under the kind's own name. */
const sourceOf = (chunk: JsonObject): Pick<Citation, 'url' | 'title'> => {
  const [source] = Object.values(chunk).filter(isObject);
  return source ? linkOf(source) : {};
};

const linkOf = (source: JsonObject): Pick<Citation, 'url' | 'title'> => {
  const url = textIn(source, 'uri');
  const title = textIn(source, 'title');
  return { ...(url !== undefined && { url }), ...(title !== undefined && { title }) };
};

const placeOf = (place: JsonObject, bytes: Buffer): Pick<Citation, 'from' | 'to'> => {
  const end = countIn(place, 'endIndex');
  if (end === undefined) return {};
  return {
    // A zero is left out.
    from: unitsBefore(bytes, countIn(place, 'startIndex') ?? 0),
    to: unitsBefore(bytes, end),
  };
};

const unitsBefore = (bytes: Buffer, at: number): number =>
  bytes.toString('utf8', 0, Math.min(at, bytes.length)).length;

/** Citations of another vendor as grounding: each source once, and the places that lean on it. */
export const writeCitations = (
  citations: readonly Citation[],
  text: string,
): JsonObject | undefined => {
  if (citations.length === 0) return undefined;
  const sources = new Map<string, number>();
  const chunks: JsonObject[] = [];
  const supports = citations.map((citation) => {
    const { url = '', title = '', text: words, from, to } = citation;
    const name = JSON.stringify([url, title]);
    const index = sources.get(name) ?? chunks.length;
    if (index === chunks.length) {
      sources.set(name, index);
      chunks.push({ web: { ...(url && { uri: url }), ...(title && { title }) } });
    }
    const bytesBefore = (at: number): number => Buffer.byteLength(text.slice(0, at));
    return {
      segment: {
        ...(from !== undefined && from > 0 && { startIndex: bytesBefore(from) }),
        ...(to !== undefined && { endIndex: bytesBefore(to) }),
        ...(words !== undefined && { text: words }),
      },
      groundingChunkIndices: [index],
    };
  });
  return { groundingChunks: chunks, groundingSupports: supports };
};
