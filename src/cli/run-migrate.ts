import { dataDirOf } from '#cli/data-dir.ts';
import type { MigrateOptions } from '#cli/migrate.ts';
import { systemClock } from '#core/clock.ts';
import { silentLog } from '#core/log.ts';
import type { Directory } from '#keys/directory.ts';
import {
  fromLitellm,
  type LitellmRows,
  recordFromLitellm,
  type Taken,
} from '#keys/from-litellm.ts';
import type { JsonObject } from '#core/json.ts';
import { LEAST_SALT_CHARS, type Seal, sealUnder } from '#keys/seal.ts';
import { Windows } from '#keys/windows.ts';
import { processEnvironment } from '#server/env.ts';
import { type Keeping, openKeeping } from '#server/keeping.ts';
import { bodyOfCredential } from '#server/models/credential-rows.ts';
import {
  credentialsFromLitellm,
  modelsFromLitellm,
  type TakenCredentials,
  type TakenModels,
} from '#server/models/from-litellm.ts';
import { bodyOfModel } from '#server/models/model-rows.ts';
import { type LitellmDatabase, openLitellm } from '#store/litellm/read.ts';

const DAY_MS = 86_400_000;

/** Reads all that is to be taken, says what it is, and writes it unless only that was asked. */
export const runMigrate = async (options: MigrateOptions): Promise<void> => {
  const source = await openLitellm(options.fromLitellm);
  try {
    const keeping = await openTarget(options);
    try {
      const taken = fromLitellm(await rowsOf(source), {
        pepper: keeping.pepper,
        wallMs: systemClock.wall(),
      });
      const { variables } = processEnvironment();
      const seal = sealUnder(variables['LITELLM_SALT_KEY']);
      const canClose = seal !== undefined;
      const models = takenModels(await source.storedModels(), canClose, options);
      const credentials = takenCredentials(await source.storedCredentials(), canClose, options);
      say(taken, models, credentials);
      if (options.dryRun) return;
      await write(keeping, taken, options);
      if (seal) await writeSealed(keeping, { ...models, ...credentials }, seal);
      const records = await takeLogs(source, keeping, options.days);
      process.stdout.write(`${records} records of spend taken\n`);
    } finally {
      await keeping.close();
    }
  } finally {
    await source.close();
  }
};

const openTarget = async (options: MigrateOptions): Promise<Keeping> => {
  const saltKey = processEnvironment().variables['LITELLM_SALT_KEY'];
  const keeping = {
    storesModels: true,
    servesWithoutDatabase: false,
    availableTeams: [],
    timeZone: options.timeZone,
    tokenKind: 'total',
    retention: {
      days: Infinity,
      bytes: Infinity,
      bodyDays: Infinity,
      hourSumDays: Infinity,
      daySumDays: Infinity,
      auditDays: Infinity,
    },
    ...(saltKey && { saltKey }),
    ...(options.toDatabase !== undefined && !options.dryRun && { databaseUrl: options.toDatabase }),
  } as const;
  // A look needs no place to write to, and makes none.
  const at = options.dryRun ? {} : { folder: dataDirOf(options) };
  return openKeeping({ keeping }, { clock: systemClock, log: silentLog, ...at });
};

const rowsOf = async (source: LitellmDatabase): Promise<LitellmRows> => ({
  keys: await source.rows('LiteLLM_VerificationToken'),
  teams: await source.rows('LiteLLM_TeamTable'),
  users: await source.rows('LiteLLM_UserTable'),
  budgets: await source.rows('LiteLLM_BudgetTable'),
  customers: await source.rows('LiteLLM_EndUserTable'),
  memberships: await source.rows('LiteLLM_TeamMembership'),
  aliases: await source.rows('LiteLLM_ModelTable'),
});

/** LiteLLM's own master key stands in for a salt key that it has not. */
const saltKeyOf = ({ saltKeyVariable }: MigrateOptions): string | undefined => {
  const { variables } = processEnvironment();
  const named = saltKeyVariable === undefined ? undefined : variables[saltKeyVariable];
  return named || variables['LITELLM_SALT_KEY'] || variables['LITELLM_MASTER_KEY'];
};

const CANNOT_CLOSE = `set LITELLM_SALT_KEY to ${LEAST_SALT_CHARS} characters or more: they are kept encrypted under it here, too`;

const takenModels = (
  rows: readonly JsonObject[],
  canClose: boolean,
  options: MigrateOptions,
): TakenModels => {
  const { models, leftOut } = modelsFromLitellm(rows, saltKeyOf(options));
  if (canClose) return { models, leftOut };
  const left = models.map(({ id, name }) => `model ${id} (${name}): ${CANNOT_CLOSE}`);
  return { models: [], leftOut: [...leftOut, ...left] };
};

const takenCredentials = (
  rows: readonly JsonObject[],
  canClose: boolean,
  options: MigrateOptions,
): TakenCredentials => {
  const { credentials, leftOut } = credentialsFromLitellm(rows, saltKeyOf(options));
  if (canClose) return { credentials, leftOut };
  const left = credentials.map(({ name }) => `credential ${name}: ${CANNOT_CLOSE}`);
  return { credentials: [], leftOut: [...leftOut, ...left] };
};

/** Credentials first: models name them. */
const writeSealed = async (
  { store: { shelves } }: Keeping,
  { models, credentials }: Pick<TakenModels & TakenCredentials, 'models' | 'credentials'>,
  seal: Seal,
): Promise<void> => {
  await shelves.credentials.put(credentials.map((one) => bodyOfCredential(one, seal)));
  await shelves.models.put(models.map((model) => bodyOfModel(model, seal)));
};

const say = (
  taken: Taken,
  models: TakenModels,
  { credentials, leftOut }: TakenCredentials,
): void => {
  const { keys, teams, users, budgets, customers } = taken;
  process.stdout.write(
    `${keys.length} keys, ${teams.length} teams, ${users.length} users, ` +
      `${customers.length} end users, ${budgets.length} budgets, ${models.models.length} stored models, ${credentials.length} credentials\n`,
  );
  if (models.models.length > 0)
    process.stdout.write('stored models serve with store_model_in_db: true in general_settings\n');
  for (const line of [...taken.leftOut, ...models.leftOut, ...leftOut])
    process.stdout.write(`left out: ${line}\n`);
};

const write = async (
  { store, directory }: Keeping,
  taken: Taken,
  { timeZone }: MigrateOptions,
): Promise<void> => {
  const keys = taken.keys.map((key) => sameKey(directory, key));
  const { shelves } = store;
  const rows = (all: readonly object[], id: (row: never) => string) =>
    all.map((row) => ({ id: id(row as never), body: row as never }));
  await shelves.budgets.put(rows(taken.budgets, (row: { budget_id: string }) => row.budget_id));
  await shelves.users.put(rows(taken.users, (row: { user_id: string }) => row.user_id));
  await shelves.teams.put(rows(taken.teams, (row: { team_id: string }) => row.team_id));
  await shelves.customers.put(rows(taken.customers, (row: { user_id: string }) => row.user_id));
  await shelves.keys.put(rows(keys, (row: { id: string }) => row.id));
  const ids = new Map(taken.keys.map(({ id }, place) => [id, keys[place]!.id]));
  const windows = new Windows(timeZone);
  for (const { kind, id: old, nanos, duration } of taken.spend) {
    const id = kind === 'key' ? (ids.get(old) ?? old) : old;
    await store.spend.setPaid({ kind, id, sinceMs: 0 }, nanos);
    if (duration === undefined) continue;
    const { startMs: sinceMs } = windows.at(duration, systemClock.wall());
    await store.spend.setPaid({ kind, id, sinceMs }, nanos);
  }
};

/** One that was taken over before keeps the name under which its spend is kept. */
const sameKey = <Key extends { readonly token: string; readonly id: string }>(
  directory: Directory,
  key: Key,
): Key => ({ ...key, id: directory.byToken(key.token)?.id ?? key.id });

const takeLogs = async (
  source: LitellmDatabase,
  { store }: Keeping,
  days: number,
): Promise<number> => {
  let many = 0;
  for await (const rows of source.spendLogs(systemClock.wall() - days * DAY_MS)) {
    await store.spend.add(rows.map(recordFromLitellm));
    many += rows.length;
  }
  return many;
};
