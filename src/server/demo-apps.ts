import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importApp } from '#server/apps/import-app.ts';
import { type Apps, type AppsOptions, openApps } from '#server/apps/open-apps.ts';
import type { DemoWorld } from '#server/demo-world.ts';

export interface DemoApps {
  readonly apps: Apps;
  close(): Promise<void>;
}

/** The demonstration's apps: its chatflow, and whatever is imported, until it ends. */
export const openDemoApps = async (
  { config, chatflow }: DemoWorld,
  around: Omit<AppsOptions, 'dataDir'>,
): Promise<DemoApps> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'spillway-demo-'));
  const apps = await openApps(config, { ...around, dataDir });
  await importApp(apps, { text: chatflow.text, confirmed: true });
  return {
    apps,
    async close() {
      await apps.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
