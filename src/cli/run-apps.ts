import { askGateway, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { ExportOptions, ImportOptions } from '#cli/apps.ts';
import { readFile } from '#cli/read-file.ts';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type JsonObject, own } from '#core/json.ts';
import { textTable } from '#core/text-table.ts';

const PATH = '/spillway/apps';

const textAt = (object: JsonObject, name: string): string => {
  const value = own(object, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

const rowsOf = async (options: GatewayOptions): Promise<JsonObject[]> => {
  const body = (await (await askGateway(options, PATH)).json()) as JsonObject;
  const data = own(body, 'data');
  return (Array.isArray(data) ? data : []).filter(isObject);
};

/** Throws SpillwayError `not_found` when there is none of that name or id, or more than one of that name. */
const idOf = async (app: string, options: GatewayOptions): Promise<string> => {
  const rows = await rowsOf(options);
  if (rows.some((row) => textAt(row, 'id') === app)) return app;
  const [found, ...others] = rows.filter((row) => textAt(row, 'name') === app);
  if (found && others.length > 0) {
    const ids = [found, ...others].map((row) => textAt(row, 'id')).join(', ');
    throw new SpillwayError(
      'not_found',
      `There are ${others.length + 1} apps ${JSON.stringify(app)}; name one by its id: ${ids}.`,
    );
  }
  if (found) return textAt(found, 'id');
  const names = rows.map((row) => JSON.stringify(textAt(row, 'name'))).join(', ') || 'none';
  throw new SpillwayError(
    'not_found',
    `There is no app ${JSON.stringify(app)}; there are: ${names}.`,
  );
};

export const listApps = async (options: GatewayOptions): Promise<void> => {
  const rows = (await rowsOf(options)).map((row) => [
    textAt(row, 'name'),
    textAt(row, 'mode'),
    textAt(row, 'source'),
    runsText(row),
    textAt(row, 'id'),
  ]);
  process.stdout.write(`${table([['app', 'mode', 'from', 'runs', 'id'], ...rows])}\n`);
};

/** An app may run, and have nodes that fail when their turn comes. */
const runsText = (row: JsonObject): string => {
  const problems = own(row, 'problems');
  const word = own(row, 'runnable') === true ? 'yes' : 'no';
  return typeof problems !== 'number' || problems === 0
    ? word
    : `${word} (${problems} ${problems === 1 ? 'problem' : 'problems'})`;
};

/** Columns as wide as they must be. */
const table = (rows: readonly (readonly string[])[]): string => textTable(rows);

export const importFile = async (file: string, options: ImportOptions): Promise<void> => {
  const yaml = await readFile(file);
  const appId = options.replace === undefined ? undefined : await idOf(options.replace, options);
  const body = { yaml, confirm: options.confirm ?? false, ...(appId && { app_id: appId }) };
  const reply = await askGateway(options, PATH, { body });
  const result = (await reply.json()) as JsonObject;
  const status = textAt(result, 'status');
  if (status === 'failed') throw new SpillwayError('flow_invalid', textAt(result, 'error'));
  if (status === 'pending')
    throw new SpillwayError(
      'flow_invalid',
      `${file} is of DSL version ${textAt(result, 'imported_dsl_version')}, newer than ${textAt(result, 'current_dsl_version')}: import it all the same with --confirm.`,
    );
  process.stdout.write(`${status}: ${textAt(result, 'app_id')}\n`);
  const list = own(result, 'checklist');
  for (const item of Array.isArray(list) ? list : [])
    if (isObject(item)) process.stdout.write(`${lineOf(item)}\n`);
};

const lineOf = (item: JsonObject): string => {
  const node = textAt(item, 'node');
  return `  ${textAt(item, 'kind')}${node && ` in ${JSON.stringify(node)}`}: ${textAt(item, 'message')}`;
};

export const exportApp = async (app: string, options: ExportOptions): Promise<void> => {
  const id = await idOf(app, options);
  const secret = options.includeSecret ? '?include_secret=true' : '';
  const reply = await askGateway(options, `${PATH}/${id}/dsl${secret}`);
  process.stdout.write(await reply.text());
};

export const makeKey = async (app: string, options: GatewayOptions): Promise<void> => {
  const path = `${PATH}/${await idOf(app, options)}/keys`;
  const reply = await askGateway(options, path, { body: {} });
  process.stdout.write(`${textAt((await reply.json()) as JsonObject, 'key')}\n`);
};

export const deleteApp = async (app: string, options: GatewayOptions): Promise<void> => {
  await askGateway(options, `${PATH}/${await idOf(app, options)}`, { method: 'DELETE' });
  process.stdout.write('deleted\n');
};
