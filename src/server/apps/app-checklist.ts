import { checklist, type ChecklistItem } from '#flow/checklist.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

/** What an app lacks here, with the tools and models that it would have. */
export const appChecklist = (
  { deps, resolveModel }: Apps,
  { id, app, findings }: ServedApp,
): ChecklistItem[] => {
  const { tools } = deps.services({ appId: id, user: '' });
  return checklist(app, { findings, resolveModel, ...(tools && { tools }) });
};
