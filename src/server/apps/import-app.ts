import { randomUUID } from 'node:crypto';
import { SpillwayError } from '#core/errors.ts';
import { FindingsError } from '#core/finding.ts';
import type { WrittenMode } from '#flow/dsl/app.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import { CURRENT_VERSION } from '#flow/dsl/version.ts';
import type { ChecklistItem } from '#flow/checklist.ts';
import { appChecklist } from '#server/apps/app-checklist.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import { readApp } from '#server/apps/read-app.ts';
import { seconds } from '#service-api/run-app.ts';

const MOST_CHARS = 10 * 1024 * 1024;

/** What came of an import, with Dify's own words for how it went. */
export interface ImportResult {
  readonly id: string;
  readonly status: 'completed' | 'completed-with-warnings' | 'pending' | 'failed';
  readonly app_id: string | null;
  readonly app_mode: WrittenMode | null;
  readonly current_dsl_version: string;
  readonly imported_dsl_version: string;
  readonly error: string;
  readonly checklist: readonly ChecklistItem[];
}

export interface ImportAsked {
  readonly text: string;
  /** An app that is replaced. */
  readonly appId?: string;
  /** A file of a newer version is imported only when somebody said so. */
  readonly confirmed: boolean;
}

/** Imports an app, or says why not; one that cannot run yet is imported all the same. */
export const importApp = async (
  apps: Apps,
  { text, appId, confirmed }: ImportAsked,
): Promise<ImportResult> => {
  const base = {
    id: randomUUID(),
    app_id: null,
    app_mode: null,
    current_dsl_version: CURRENT_VERSION,
    imported_dsl_version: '',
    checklist: [],
  };
  const fail = (error: string): ImportResult => ({ ...base, status: 'failed', error });
  if (text.length > MOST_CHARS) return fail('File size exceeds the limit of 10MB');
  const { deps, resolveModel } = apps;
  try {
    const read = parseApp(text, 'app.yml');
    const versions = { ...base, app_mode: read.written, imported_dsl_version: read.version };
    if (read.compatibility === 'pending' && !confirmed)
      return { ...versions, status: 'pending', error: '' };
    const before = appId === undefined ? undefined : deps.apps.get(appId);
    const problem = replaceProblem(appId, before, read.mode);
    if (problem) return fail(problem);
    const now = seconds(deps.clock);
    const id = before?.id ?? randomUUID();
    const times = { createdAt: before?.createdAt ?? now, updatedAt: now };
    const source = { id, text, app: read, file: 'app.yml', isFile: false, ...times };
    const served = readApp(source, resolveModel);
    if (!deps.apps.put(served)) return fail('There are as many apps as there may be.');
    await apps.save();
    const status = read.compatibility === 'pending' ? 'completed' : read.compatibility;
    const list = appChecklist(apps, served);
    return { ...versions, app_id: id, status, error: '', checklist: list };
  } catch (thrown) {
    return fail(messageOf(thrown));
  }
};

const replaceProblem = (
  appId: string | undefined,
  before: { readonly isFile: boolean } | undefined,
  mode: string,
): string | undefined => {
  if (appId === undefined) return undefined;
  if (!before) return 'App not found';
  if (before.isFile) return 'This app is a file; change the file.';
  return mode === 'workflow' || mode === 'advanced-chat'
    ? undefined
    : 'Only workflow or advanced chat apps can be overwritten';
};

/** As Dify says it where it has a sentence for it. */
const messageOf = (thrown: unknown): string => {
  const { message } = SpillwayError.from(thrown);
  const [first] = thrown instanceof FindingsError ? thrown.findings : [];
  if (message.includes('this is not an app')) return 'Missing app data in YAML content';
  if (first?.path === 'app.mode' && first.message.startsWith('missing')) return 'loss app mode';
  const number = first?.path === 'version' ? /found (-?\d+(\.\d+)?)$/.exec(first.message) : null;
  if (!number) return message;
  const kind = number[2] === undefined ? 'int' : 'float';
  return `Invalid version type, expected str, got <class '${kind}'>`;
};
