import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Citation } from '#wire/chat-event.ts';

/** A passage of a source that was sent along. What the hub has no word for stays as it is. */
export const readCitation = (value: Json | undefined): Citation | undefined => {
  if (!isObject(value)) return undefined;
  const { title, sourceContent, ...extra } = value;
  const passages = Array.isArray(sourceContent) ? sourceContent.filter(isObject) : [];
  const text = passages
    .map((passage) => own(passage, 'text'))
    .filter(isText)
    .join('');
  const url = webAddress(own(value, 'location'));
  return {
    ...(typeof title === 'string' && { title }),
    ...(text !== '' && { text }),
    ...(url !== undefined && { url }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
};

const isText = (value: Json | undefined): value is string => typeof value === 'string';

const webAddress = (location: Json | undefined): string | undefined => {
  const web = isObject(location) ? own(location, 'web') : undefined;
  const url = isObject(web) ? own(web, 'url') : undefined;
  return isText(url) ? url : undefined;
};

export const writeCitation = ({ title, text, extra }: Citation): JsonObject => ({
  ...(title !== undefined && { title }),
  ...(text !== undefined && { sourceContent: [{ text }] }),
  ...extra,
});
