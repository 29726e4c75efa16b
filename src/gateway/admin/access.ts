import type { Access } from '#gateway/admin/control-route.ts';
import type { Principal } from '#keys/principal.ts';

/** Whether somebody may call routes of this kind at all; whose an object is, the route asks itself. */
export const mayCall = ({ role }: Principal, access: Access): boolean => {
  if (access === 'admin') return role === 'proxy_admin';
  if (access === 'viewer') return role === 'proxy_admin' || role === 'proxy_admin_viewer';
  return true;
};
