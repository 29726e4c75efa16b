import type { Clock } from '#core/clock.ts';
import type { FetchFile } from '#gateway/linked-files.ts';
import { addressGuard } from '#net/address-guard.ts';
import { createGuardedClient } from '#net/guarded-client.ts';

/** Fetches files for callers: from the public network, and from what the operator allows. */
export const fileClient = (
  { allow }: { readonly allow: readonly string[] },
  clock: Clock,
): { readonly fetchFile: FetchFile; close(): Promise<void> } => {
  const setting = 'spillway_settings.files.allow if callers';
  const client = createGuardedClient({ guard: addressGuard(allow), clock, setting });
  return {
    async fetchFile(url, { limitBytes, timeoutMs, signal }) {
      const request = { method: 'GET', url, headers: {}, timeoutMs, limitBytes };
      const { status, headers, body } = await client.fetch(request, signal);
      return { status, type: headers['content-type'] ?? '', bytes: body };
    },
    close: () => client.close(),
  };
};
