import { apps } from '#cli/apps.ts';
import { backup } from '#cli/backup.ts';
import { check } from '#cli/check.ts';
import type { CliCommand } from '#cli/command.ts';
import { demo } from '#cli/demo.ts';
import { key } from '#cli/key.ts';
import { migrate } from '#cli/migrate.ts';
import { plan } from '#cli/plan.ts';
import { purge } from '#cli/purge.ts';
import { restore } from '#cli/restore.ts';
import { run } from '#cli/run.ts';
import { serve } from '#cli/serve.ts';
import { simulate } from '#cli/simulate.ts';
import { tail } from '#cli/tail.ts';
import { top } from '#cli/top.ts';
import { traffic } from '#cli/traffic.ts';
import { why } from '#cli/why.ts';

/** Every command, one line each, in the order in which help shows them. */
export const commands: readonly CliCommand[] = [
  serve,
  check,
  top,
  tail,
  why,
  plan,
  traffic,
  run,
  apps,
  key,
  purge,
  backup,
  restore,
  migrate,
  simulate,
  demo,
];
