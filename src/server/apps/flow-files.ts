import { randomUUID } from 'node:crypto';
import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { FlowFiles } from '#flow/ports.ts';
import type { GuardedClient } from '#net/guarded-client.ts';
import { seconds } from '#service-api/run-app.ts';
import { describeFile } from '#service-api/describe-file.ts';
import { previewPath, type Uploads, type Whose } from '#service-api/uploads.ts';

const MOST_BYTES = 100 * 1024 * 1024;
const FETCH_MS = 60_000;

/** Files of one user of one app: their own uploads, what nodes make for them, and what has an address. */
export const flowFiles = (
  { uploads, client, clock }: { uploads: Uploads; client: GuardedClient; clock: Clock },
  whose: Whose,
): FlowFiles => ({
  async read(file, signal) {
    if (file.method === 'remote_url') {
      const request = { method: 'GET', url: file.url, headers: {}, timeoutMs: FETCH_MS };
      const reply = await client.fetch({ ...request, limitBytes: MOST_BYTES }, signal);
      if (reply.status === 200) return reply.body;
      const message = `The file ${file.name} cannot be fetched: status ${reply.status}.`;
      throw new SpillwayError('node_failed', message);
    }
    const bytes = uploads.owned(file.id, whose) && (await uploads.read(file.id));
    if (bytes) return bytes;
    throw new SpillwayError('node_failed', `The file ${file.name} is no longer here.`);
  },
  async keep({ name, mimeType, bytes }) {
    if (bytes.length > MOST_BYTES)
      throw new SpillwayError('too_large', 'A file of more than 100 MB.');
    const id = randomUUID();
    const file = {
      ...describeFile(name, mimeType),
      id,
      method: 'tool_file' as const,
      sizeBytes: bytes.length,
      url: previewPath(id),
    };
    await uploads.put({ file, ...whose, createdAt: seconds(clock) }, bytes);
    return file;
  },
});
