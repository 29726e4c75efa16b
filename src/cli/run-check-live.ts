import { createInterface } from 'node:readline/promises';
import type { CheckOptions } from '#cli/check.ts';
import { liveCost } from '#cli/live-cost.ts';
import { type LiveAnswer, liveJson, liveText } from '#cli/live-report.ts';
import type { Deployment, LoadedConfig } from '#config/loaded.ts';
import { SpillwayError } from '#core/errors.ts';
import { silentLog } from '#core/log.ts';
import { isStarPattern } from '#core/star-pattern.ts';
import { askOnce } from '#gateway/ask-once.ts';
import type { Environment } from '#server/env.ts';
import { createGateway, type Gateway } from '#server/gateway.ts';
import { realWorld } from '#server/world.ts';

/** So many are asked at once. */
const AT_ONCE = 4;

/** Asks each deployment once, after a yes. The process ends with status 1 when one does not answer. */
export const runCheckLive = async (
  config: LoadedConfig,
  environment: Environment,
  options: CheckOptions,
): Promise<void> => {
  // What a pattern's row asks for is not known until somebody sends a name.
  const asked = config.deployments.filter(({ model }) => !isStarPattern(model));
  const patterns = config.deployments.filter(({ model }) => isStarPattern(model));
  if (asked.length > 0 && !(await isWanted(liveCost(asked, Date.now()), options))) return;
  const gateway = createGateway(config, { ...realWorld(environment, {}), log: silentLog });
  const answers = await answersOf(gateway, asked);
  await gateway.close();
  const output = options.json
    ? JSON.stringify(liveJson(answers), undefined, 2)
    : `\n${liveText(answers, patterns)}`;
  process.stdout.write(`${output}\n`);
  if (answers.some(({ once }) => once.error !== undefined)) process.exitCode = 1;
};

/** Throws SpillwayError where nobody is there to say yes. */
const isWanted = async (cost: string, { yes }: CheckOptions): Promise<boolean> => {
  process.stderr.write(`\n${cost}\n`);
  if (yes) return true;
  if (!process.stdin.isTTY)
    throw new SpillwayError(
      'config_invalid',
      'Nothing was asked: nobody is at a terminal to say yes. Say it with --yes.',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C is a no.
  const answer = await terminal.question('Go on? [y/N] ').catch(() => '');
  terminal.close();
  if (/^\s*y(?:es)?\s*$/i.test(answer)) return true;
  process.stderr.write('Nothing was asked.\n');
  return false;
};

const answersOf = async (
  gateway: Gateway,
  deployments: readonly Deployment[],
): Promise<LiveAnswer[]> => {
  const answers = new Map<Deployment, LiveAnswer>();
  const left = [...deployments];
  const work = async (): Promise<void> => {
    for (let deployment = left.shift(); deployment; deployment = left.shift()) {
      const isEmbedding = deployment.modelInfo['mode'] === 'embedding';
      const once = await askOnce(gateway, { ...deployment, isEmbedding });
      answers.set(deployment, { deployment, once });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return deployments.flatMap((deployment) => answers.get(deployment) ?? []);
};
