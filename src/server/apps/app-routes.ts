import type { AnyControlRoute } from '#gateway/admin/control-route.ts';
import { appControl } from '#server/apps/app-control.ts';
import { modelControl } from '#server/apps/model-control.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import { runControl } from '#server/apps/run-control.ts';
import { uploadControl } from '#server/apps/upload-control.ts';

/** What the console and its like ask of apps. */
export const appRoutes = (apps: Apps): readonly AnyControlRoute[] => [
  ...appControl(apps),
  ...runControl(apps),
  ...modelControl(apps),
  ...uploadControl(apps),
];
