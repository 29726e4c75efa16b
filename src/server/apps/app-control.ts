import { SpillwayError } from '#core/errors.ts';
import { type JsonObject, valueAt } from '#core/json.ts';
import { z } from '#core/schema.ts';
import { exportApp } from '#flow/dsl/export.ts';
import { type AnyControlRoute, controlRoute } from '#gateway/admin/control-route.ts';
import {
  appKeyReply,
  appKeysReply,
  appReply,
  appsReply,
  drawingReply,
  importReply,
} from '#gateway/console/app-shapes.ts';
import { appChecklist } from '#server/apps/app-checklist.ts';
import { appOfPath } from '#server/apps/app-of-path.ts';
import { drawingOf } from '#server/apps/drawing.ts';
import { importApp } from '#server/apps/import-app.ts';
import { fetchDsl } from '#server/apps/fetch-dsl.ts';
import type { Apps } from '#server/apps/open-apps.ts';
import { formOf } from '#service-api/app-routes.ts';
import { seconds } from '#service-api/run-app.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

/** A DSL may have 10 MB, and somewhat more as a text of JSON. */
const IMPORT_BYTES = 16 * 1024 * 1024;

const importSchema = z.object({
  yaml: z.string().optional(),
  yaml_url: z.string().optional(),
  app_id: z.string().optional(),
  confirm: z.boolean().optional(),
});
const exportSchema = z.object({ include_secret: z.enum(['true', 'false']).optional() });

/** Apps, for whoever runs the gateway: list, import, look at, export, delete, keys. */
export const appControl = (apps: Apps): readonly AnyControlRoute[] => {
  const { deps } = apps;
  const find: Find = (params) => appOfPath(apps, params);
  return [
    controlRoute({
      method: 'get',
      path: '/spillway/apps',
      access: 'viewer',
      summary: 'All apps.',
      reply: appsReply,
      serve: () => ({ data: deps.apps.all().map(row) }),
    }),
    controlRoute({
      method: 'post',
      path: '/spillway/apps',
      access: 'admin',
      summary:
        'Imports an app from the text of its DSL or from an address; confirm accepts a newer version.',
      body: importSchema,
      limitBytes: IMPORT_BYTES,
      reply: importReply,
      serve: async ({ body: { yaml, yaml_url: url, app_id: appId, confirm = false } }) => {
        const text = yaml ?? (url === undefined ? '' : await fetchDsl(apps.client, url));
        return importApp(apps, {
          text,
          confirmed: confirm,
          ...(appId !== undefined && { appId }),
        });
      },
    }),
    controlRoute({
      method: 'get',
      path: '/spillway/apps/{id}',
      access: 'viewer',
      summary: 'One app: its inputs, its features, and what is missing for it to run.',
      reply: appReply,
      serve: ({ params }) => detail(apps, find(params)),
    }),
    ...fileRoutes(apps, find),
    ...keyRoutes(apps, find),
  ];
};

type Find = (params: Readonly<Record<string, string>>) => ServedApp;

const fileRoutes = (apps: Apps, find: Find): readonly AnyControlRoute[] => {
  const { deps } = apps;
  return [
    controlRoute({
      method: 'get',
      path: '/spillway/apps/{id}/graph',
      access: 'admin',
      summary: 'Its graph as the DSL has it: nodes, edges, viewport.',
      serve: ({ params }) => graphOf(find(params)),
    }),
    controlRoute({
      method: 'get',
      path: '/spillway/apps/{id}/drawing',
      access: 'viewer',
      summary: 'Its graph for drawing: nodes, their positions and their connections.',
      reply: drawingReply,
      serve: ({ params }) => drawingOf(find(params).app),
    }),
    controlRoute({
      method: 'get',
      path: '/spillway/apps/{id}/dsl',
      access: 'admin',
      summary: 'Its DSL, as Dify imports it, without secrets unless asked for.',
      query: exportSchema,
      serve({ params, query }) {
        const { app, text } = find(params);
        const yaml = exportApp(text, app, query.include_secret === 'true');
        const name = encodeURIComponent(`${app.name}.yml`.toWellFormed());
        const headers = {
          'content-type': 'application/yaml',
          'content-disposition': `attachment; filename*=UTF-8''${name}`,
        };
        return new Response(yaml, { headers });
      },
    }),
    controlRoute({
      method: 'delete',
      path: '/spillway/apps/{id}',
      access: 'admin',
      summary:
        'Deletes an imported app with its conversations, files and runs; an app of the folder is deleted there.',
      async serve({ params }) {
        const { id, isFile } = find(params);
        if (isFile)
          throw new SpillwayError('invalid_request', 'This app is a file; delete the file.');
        deps.apps.delete(id);
        for (const key of deps.keys.of(id)) deps.keys.delete(id, key.id);
        deps.uploads.forgetApp(id);
        // What is under way is stopped first: it would leave what it has said.
        await deps.runs.forgetApp(id);
        await deps.conversations.deleteApp(id);
        await apps.save();
        return { result: 'success' };
      },
    }),
  ];
};

const keyRoutes = (apps: Apps, find: Find): readonly AnyControlRoute[] => {
  const { keys, clock } = apps.deps;
  return [
    controlRoute({
      method: 'get',
      path: '/spillway/apps/{id}/keys',
      access: 'admin',
      summary: 'The keys of the app, by their last characters.',
      reply: appKeysReply,
      serve: ({ params }) => ({
        data: keys.of(find(params).id).map((key) => ({
          id: key.id,
          hint: `app-…${key.hint}`,
          created_at: key.createdAt,
          last_used_at: keys.lastUsed(key) ?? null,
        })),
      }),
    }),
    controlRoute({
      method: 'post',
      path: '/spillway/apps/{id}/keys',
      access: 'admin',
      summary: 'Creates a key of the app. It is shown only once.',
      reply: appKeyReply,
      async serve({ params }) {
        const made = keys.create(find(params).id, seconds(clock));
        if (!made)
          throw new SpillwayError('invalid_request', 'There are too many keys; delete some.');
        await apps.save();
        return { id: made.key.id, key: made.secret, created_at: made.key.createdAt };
      },
    }),
    controlRoute({
      method: 'delete',
      path: '/spillway/apps/{id}/keys/{keyId}',
      access: 'admin',
      summary: 'Revokes a key.',
      async serve({ params }) {
        if (!keys.delete(find(params).id, params['keyId'] ?? ''))
          throw new SpillwayError('not_found', 'There is no such key.');
        await apps.save();
        return { result: 'success' };
      },
    }),
  ];
};

const row = ({ id, app, flow, findings, isFile, createdAt, updatedAt }: ServedApp): JsonObject => ({
  id,
  name: app.name,
  mode: app.written,
  description: app.description,
  icon: { ...app.icon },
  dsl_version: app.version,
  source: isFile ? 'folder' : 'import',
  file: isFile ? app.file : null,
  runnable: flow !== undefined,
  problems: findings.length,
  created_at: createdAt,
  updated_at: updatedAt,
});

const detail = (apps: Apps, served: ServedApp): JsonObject => {
  const { app, findings, workflowId } = served;
  return {
    ...row(served),
    workflow_id: workflowId,
    form: formOf(served),
    opening_statement: app.features.openingStatement,
    suggested_questions: [...app.features.suggestedQuestions],
    file_upload: app.features.fileUpload,
    checklist: appChecklist(apps, served).map((item) => ({ ...item, said: { ...item.said } })),
    findings: findings.map(({ said: _, ...finding }) => finding),
  };
};

/** Of an app without a workflow, the small one that stands in its place. */
const graphOf = ({ app }: ServedApp): JsonObject => {
  const graph = valueAt(app.document.value, ['workflow', 'graph']);
  if (graph && typeof graph === 'object' && !Array.isArray(graph)) return graph;
  const nodes = app.nodes.map(({ id, data }, i) => ({
    id,
    type: 'custom',
    position: { x: 80 + 300 * i, y: 280 },
    data,
  }));
  const edges = app.edges.map(({ source, target, sourceHandle }) => ({
    id: `${source}-${target}`,
    source,
    target,
    sourceHandle,
    targetHandle: 'target',
    type: 'custom',
  }));
  return { nodes, edges, viewport: { x: 0, y: 0, zoom: 1 } };
};
