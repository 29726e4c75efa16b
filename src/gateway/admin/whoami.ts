import { controlRoute } from '#gateway/admin/control-route.ts';
import { z } from '#core/schema.ts';

/** For whoever signs in: what the key in their hand is good for. */
export const whoami = controlRoute({
  method: 'get',
  path: '/spillway/whoami',
  access: 'key',
  summary: 'Who the caller is, and in which role.',
  reply: z.object({
    role: z.string(),
    user_id: z.string().nullable(),
    team_id: z.string().nullable(),
  }),
  serve: ({ principal: { role, userId = null, teamId = null } }) => ({
    role,
    user_id: userId,
    team_id: teamId,
  }),
});
