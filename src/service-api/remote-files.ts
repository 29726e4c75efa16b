import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { FlowFile } from '#flow/file.ts';

/** What the server of a file says of it. */
export type Told = Pick<FlowFile, 'name' | 'mimeType' | 'sizeBytes'>;

/** Asks a file's server what it is, without the file. Undefined where it does not say, or not in time. */
export type AskAbout = (url: string, signal: AbortSignal) => Promise<Told | undefined>;

/** By address. */
export type ToldFiles = ReadonlyMap<string, Told>;

/** Of one request; what comes after them is what its address says. */
const MOST_ASKED = 50;

/** A file that is only an address, of the web; undefined for anything else. */
export const addressOf = (given: Json): URL | undefined => {
  if (!isObject(given) || own(given, 'transfer_method') !== 'remote_url') return undefined;
  const address = own(given, 'url') ?? own(given, 'remote_url');
  const url = typeof address === 'string' ? URL.parse(address) : null;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
};

/** Asks about all files among these that are only addresses, at once. */
export const askAboutFiles = async (
  ask: AskAbout,
  { inputs, files }: { readonly inputs: JsonObject; readonly files: readonly Json[] },
  signal: AbortSignal,
): Promise<ToldFiles> => {
  const given = [...files, ...Object.values(inputs).flatMap((value) => value)];
  const found = given.flatMap((one) => addressOf(one)?.href ?? []);
  const asked = [...new Set(found)].slice(0, MOST_ASKED).map(async (url) => {
    const told = await ask(url, signal);
    return told ? ([[url, told]] as const) : [];
  });
  return new Map((await Promise.all(asked)).flat());
};
