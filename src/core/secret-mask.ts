import { isObject, type Json } from '#core/json.ts';

const MASK = '[secret]';
/** Shorter ones would mask half of every text: they are masked where they stand alone. */
const SHORTEST = 4;

/** Takes secrets that are known out of what is shown or kept. */
export interface SecretMask {
  text(text: string): string;
  value(value: Json): Json;
  /** The same text with more behind it: a secret that the two make together is masked too. */
  joined(before: string, more: string): string;
}

/** As they are, and as they stand in addresses, in JSON within a text, and in base64. */
export const secretForms = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ '': secret }).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
];

export const secretMask = (secrets: readonly string[]): SecretMask => {
  const long = secrets.filter((secret) => secret.length >= SHORTEST);
  const short = new Set(secrets.filter((secret) => secret.length < SHORTEST));
  // The longest first: one secret may be a piece of another.
  const forms = [...new Set(long.flatMap(secretForms))].toSorted((a, b) => b.length - a.length);
  const longest = forms[0]?.length ?? 0;
  const text = (given: string): string =>
    short.has(given) ? MASK : forms.reduce((left, form) => left.replaceAll(form, MASK), given);
  const value = (given: Json): Json => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (!isObject(given)) return given;
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [text(key), value(item)]));
  };
  return {
    text,
    value,
    joined(before, more) {
      // What stands further back has been looked at.
      const from = Math.max(0, before.length - longest);
      return before.slice(0, from) + text(before.slice(from) + more);
    },
  };
};
