import { buffer } from 'node:stream/consumers';
import { SpillwayError } from '#core/errors.ts';
import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { uploadReply } from '#gateway/console/app-shapes.ts';
import { appOfPath } from '#server/apps/app-of-path.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import { ApiError } from '#service-api/dify-error.ts';
import { takeFile } from '#service-api/file-routes.ts';

/** Whose runs and files the console's own are. */
export const CONSOLE_USER = 'console';

const LONGEST_NAME = 255;
const LIMIT_BYTES = 100 * 1024 * 1024;

const uploadQuery = z.object({
  name: z.string().min(1).max(LONGEST_NAME),
  type: z.string().max(LONGEST_NAME).default(''),
});

/** Files for runs of the console. */
export const uploadControl = (apps: Apps): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'post',
    path: '/spillway/apps/{id}/files',
    access: 'admin',
    summary: 'Uploads a file, as the bytes of the body, for a run from the console.',
    query: uploadQuery,
    limitBytes: LIMIT_BYTES,
    reply: uploadReply,
    async serve({ params, query: { name, type }, http }) {
      const served = appOfPath(apps, params);
      const bytes = await buffer(http.req);
      try {
        const whose = { appId: served.id, user: CONSOLE_USER };
        const { file } = await takeFile(apps.deps, { name, type, bytes, ...whose });
        return { id: file.id, name: file.name, size: file.sizeBytes, kind: file.kind };
      } catch (thrown) {
        if (!(thrown instanceof ApiError)) throw thrown;
        const code = thrown.told.status === 413 ? 'too_large' : 'invalid_request';
        throw new SpillwayError(code, thrown.message, { param: 'body' });
      }
    },
  }),
];
