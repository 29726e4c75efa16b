import { z } from '#core/schema.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import { pageQuery, sliceOf } from '#gateway/admin/page.ts';
import { iso, type Registry } from '#keys/registry.ts';

/** Who changed what. */
export const auditRoutes = ({ store }: Registry): readonly AnyControlRoute[] => [
  controlRoute({
    method: 'get',
    path: '/audit',
    access: 'viewer',
    summary: 'Who changed what, the latest first, page by page.',
    query: z.object(pageQuery),
    async serve({ query }) {
      const { page, limit, offset } = sliceOf(query);
      const entries = await store.audit.list({ limit, offset });
      return {
        page,
        page_size: limit,
        audit_logs: entries.map((entry) => ({
          id: entry.id,
          updated_at: iso(entry.atMs),
          changed_by: entry.actor,
          action: entry.action,
          table_name: entry.subject,
          object_id: entry.objectId,
          before_value: entry.before,
          updated_values: entry.after,
        })),
      };
    },
  }),
];
