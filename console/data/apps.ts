import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type {
  AppKeyReply,
  AppKeysReply,
  AppReply,
  AppRunRow,
  AppRunsReply,
  AppsReply,
  Drawing,
  ImportReply,
  UploadReply,
} from '#gateway/console/app-shapes.ts';
import { ask, query, send } from './api.ts';
import { download } from './download.ts';
import { useMe } from './me.ts';
import { queries } from './queries.ts';

const pathOf = (id: string, rest = ''): string => `/spillway/apps/${encodeURIComponent(id)}${rest}`;

export const useApps = () =>
  useQuery({ queryKey: ['apps'], queryFn: () => ask<AppsReply>('/spillway/apps') });

/** What an app is called, by its id, for those who may see everything. */
export const useAppNames = (): ((id: string) => string) => {
  const { seesAll } = useMe();
  const { data } = useQuery({
    queryKey: ['apps'],
    enabled: seesAll,
    queryFn: () => ask<AppsReply>('/spillway/apps'),
  });
  return useCallback(
    (id) => {
      // Whoever sent a request is told in few characters.
      const isCut = id.endsWith('…');
      const known = isCut ? id.slice(0, -1) : id;
      const is = (app: { readonly id: string }): boolean =>
        isCut ? app.id.startsWith(known) : app.id === known;
      return data?.data.find(is)?.name ?? id;
    },
    [data],
  );
};

export const useApp = (id: string) =>
  useQuery({ queryKey: ['apps', id], queryFn: () => ask<AppReply>(pathOf(id)) });

export const useDrawing = (id: string) =>
  useQuery({
    queryKey: ['apps', id, 'drawing'],
    queryFn: () => ask<Drawing>(pathOf(id, '/drawing')),
  });

const RUNS_MS = 3_000;

export const RUNS_A_PAGE = 50;

/** The newest first; those under way change while one looks. `page` counts from 1. */
export const useAppRuns = (id: string, page: number) =>
  useQuery({
    queryKey: ['apps', id, 'runs', page],
    refetchInterval: RUNS_MS,
    placeholderData: keepPreviousData,
    queryFn: () => ask<AppRunsReply>(pathOf(id, `/runs${query({ page, limit: RUNS_A_PAGE })}`)),
  });

export const useAppRun = (runId: string | undefined) =>
  useQuery({
    queryKey: ['runs', runId],
    enabled: runId !== undefined,
    queryFn: () => ask<AppRunRow>(`/spillway/runs/${encodeURIComponent(runId ?? '')}`),
  });

export const useAppKeys = (id: string) =>
  useQuery({
    queryKey: ['apps', id, 'keys'],
    queryFn: () => ask<AppKeysReply>(pathOf(id, '/keys')),
  });

const changed = async (): Promise<void> => {
  await queries.invalidateQueries({ queryKey: ['apps'] });
  // Which models are asked for is another question then.
  await queries.invalidateQueries({ queryKey: ['app-models'] });
};

export interface ImportAsk {
  readonly yaml?: string;
  readonly yaml_url?: string;
  readonly app_id?: string;
  readonly confirm?: boolean;
}

export const importApp = async (body: ImportAsk): Promise<ImportReply> => {
  const reply = await ask<ImportReply>('/spillway/apps', { method: 'POST', body });
  if (reply.app_id !== null) await changed();
  return reply;
};

/** `leave` goes where nothing asks for the app any more. */
export const deleteApp = async (id: string, leave: () => Promise<void>): Promise<void> => {
  await ask(pathOf(id), { method: 'DELETE' });
  await leave();
  await queries.invalidateQueries({ queryKey: ['apps', id], refetchType: 'none' });
  await queries.invalidateQueries({ queryKey: ['apps'], exact: true });
};

/** Its DSL, as a file of the browser. */
export const saveDsl = async (id: string, name: string, withSecrets: boolean): Promise<void> => {
  const path = pathOf(id, `/dsl${query({ include_secret: withSecrets ? 'true' : undefined })}`);
  await download(path, `${name.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(0, 100)}.yml`);
};

export const makeKey = async (id: string): Promise<AppKeyReply> => {
  const made = await ask<AppKeyReply>(pathOf(id, '/keys'), { method: 'POST', body: {} });
  await queries.invalidateQueries({ queryKey: ['apps', id, 'keys'] });
  return made;
};

export const revokeKey = async (id: string, keyId: string): Promise<void> => {
  await ask(pathOf(id, `/keys/${encodeURIComponent(keyId)}`), { method: 'DELETE' });
  await queries.invalidateQueries({ queryKey: ['apps', id, 'keys'] });
};

export const uploadFile = (id: string, file: File): Promise<UploadReply> =>
  ask<UploadReply>(pathOf(id, `/files${query({ name: file.name, type: file.type })}`), {
    method: 'POST',
    bytes: file,
    headers: { 'content-type': 'application/octet-stream' },
  });

export interface RunAsk {
  readonly query?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly files?: readonly unknown[];
  readonly conversation_id?: string;
}

export const openRun = (id: string, body: RunAsk, signal: AbortSignal): Promise<Response> =>
  send(pathOf(id, '/runs'), { method: 'POST', body, signal });

export const watchRun = (runId: string, signal: AbortSignal): Promise<Response> =>
  send(`/spillway/runs/${encodeURIComponent(runId)}/events`, { signal });
