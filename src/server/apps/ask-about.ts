import { toldFile } from '#flow/told-file.ts';
import type { GuardedClient } from '#net/guarded-client.ts';
import type { AskAbout } from '#service-api/remote-files.ts';

/** A run waits for no longer to begin. */
const ASK_MS = 5_000;

/** Asks with a HEAD what a file is. A server that says nothing is no fault: its file may never be needed. */
export const askAboutBy =
  (client: GuardedClient): AskAbout =>
  async (url, signal) => {
    // Packed, the length would be that of the pack.
    const headers = { 'accept-encoding': 'identity' };
    const request = { method: 'HEAD', url, headers, timeoutMs: ASK_MS, limitBytes: 0 };
    const reply = await client.fetch(request, signal).catch(() => undefined);
    if (reply?.status !== 200) return undefined;
    const { 'content-length': length = '', 'content-encoding': packed } = reply.headers;
    const isKnown = packed === undefined && /^\d{1,15}$/.test(length);
    return { ...toldFile(reply.headers, url), sizeBytes: isKnown ? Number(length) : -1 };
  };
