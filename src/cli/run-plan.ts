import { join } from 'node:path';
import { litellmLog } from '#cli/litellm-log.ts';
import { planJson, planText } from '#cli/plan-report.ts';
import type { PlanOptions } from '#cli/plan.ts';
import { readFile } from '#cli/read-file.ts';
import { parseOverride } from '#config/override.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { SpillwayError } from '#core/errors.ts';
import { formatFindings } from '#core/finding.ts';
import { type Json, own, isObject } from '#core/json.ts';
import { withMoreKeys } from '#plan/more-keys.ts';
import { readTraffic } from '#plan/read-traffic.ts';
import { processEnvironment } from '#server/env.ts';
import { loadConfigText } from '#server/load-config.ts';
import { planEnvironment } from '#server/plan-environment.ts';
import { type PlanColumn, planColumn } from '#server/plan-run.ts';

/** Throws SpillwayError or FindingsError where the config or the log cannot be used. */
export const runPlan = async (options: PlanOptions): Promise<void> => {
  const overrides = options.set.map(parseOverride);
  const text = await readFile(options.config);
  const { file, log } = await logOf(options);
  const environment = planEnvironment(text, processEnvironment());
  const source = { file: options.config, environment };
  const base = loadConfigText(text, source);
  const changed = loadConfigText(text, { ...source, overrides });
  tellOfChange(base, changed);
  const keys = options.keys ?? (overrides.length > 0 ? undefined : { keys: 1 });
  const traffic = readTraffic(log, file);
  const learned = options.dataDir === undefined ? undefined : await learnedIn(options.dataDir);
  const { rpm, tpm } = options;
  const assumed = { ...(rpm !== undefined && { rpm }), ...(tpm !== undefined && { tpm }) };
  const run = (title: string, config: LoadedConfig): Promise<PlanColumn> =>
    planColumn({ title, config, environment, traffic, learned }, assumed);
  const columns = [
    await run('as it is', base),
    await run(titleOf(options, keys), keys ? withMoreKeys(changed, known(keys, base)) : changed),
  ];
  const report = { traffic, file, columns };
  const output = options.json ? JSON.stringify(planJson(report), undefined, 2) : planText(report);
  process.stdout.write(`${output}\n`);
};

/** What is set may be no setting at all: then both columns are the same, and nobody would know why. */
const tellOfChange = (base: LoadedConfig, changed: LoadedConfig): void => {
  const before = new Set(base.warnings.map(({ path, message }) => `${path} ${message}`));
  const news = changed.warnings.filter(({ path, message }) => !before.has(`${path} ${message}`));
  if (news.length > 0) process.stderr.write(`${formatFindings(news)}\n`);
};

/** Throws SpillwayError where neither is named, or both are. */
const logOf = async ({
  traffic,
  fromLitellm,
}: PlanOptions): Promise<{ readonly file: string; readonly log: string }> => {
  if (traffic !== undefined && fromLitellm === undefined)
    return { file: traffic, log: await readFile(traffic) };
  if (fromLitellm !== undefined && traffic === undefined)
    return { file: 'the last week of LiteLLM', log: await litellmLog(fromLitellm) };
  throw new SpillwayError(
    'invalid_request',
    'Which log? Name one of --traffic FILE and --from-litellm URL.',
  );
};

const titleOf = ({ set }: PlanOptions, keys: PlanOptions['keys']): string => {
  const { group, keys: count = 0 } = keys ?? {};
  const sign = count > 0 ? `+${count}` : String(count);
  const more = keys ? [`${sign} ${Math.abs(count) === 1 ? 'key' : 'keys'}`] : [];
  const of = more.length > 0 && group !== undefined ? [`${more[0]} for ${group}`] : more;
  return [...of, ...set.map((text) => text.replace(/^.*\.(?=[^.=]*=)/, ''))].join(', ');
};

/** Throws SpillwayError where there is no such model. */
const known = (
  keys: NonNullable<PlanOptions['keys']>,
  { deployments }: LoadedConfig,
): NonNullable<PlanOptions['keys']> => {
  const groups = new Set(deployments.map(({ group }) => group));
  if (keys.group === undefined || groups.has(keys.group)) return keys;
  throw new SpillwayError(
    'config_invalid',
    `--keys: the config has no model ${keys.group}; there are ${[...groups].join(', ')}.`,
  );
};

const learnedIn = async (folder: string): Promise<Json> => {
  const file = join(folder, 'ledger.json');
  const text = await readFile(file);
  try {
    const saved = JSON.parse(text) as Json;
    if (isObject(saved)) return own(saved, 'ledger') ?? null;
  } catch {
    // Said below.
  }
  throw new SpillwayError('config_invalid', `${file} is not what a gateway writes there.`);
};
