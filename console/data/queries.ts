import { QueryClient, useMutation, useQuery } from '@tanstack/react-query';
import type {
  CheckReply,
  ConfigReply,
  DecisionReply,
  ModelsReply,
  PlanAsk,
  PlanReply,
  SessionReply,
  SimulatorReply,
} from '#gateway/console/shapes.ts';
import { ApiError, ask, query, takeWordOf } from './api.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
      refetchOnWindowFocus: false,
    },
  },
});

/** What is shown and could not be had is asked for again: the connection is back. */
export const askAgain = (): void =>
  void queries.refetchQueries({
    type: 'active',
    predicate: ({ state }) => state.status === 'error',
  });

const withWord = (session: SessionReply): SessionReply => {
  takeWordOf(session);
  return session;
};

/** Who is signed in. Where nobody is asked for a key, this signs in. */
const fetchSession = async (): Promise<SessionReply> => {
  const session = await ask<SessionReply>('/spillway/session');
  if (session.signed_in || session.needs_key) return withWord(session);
  return signIn('');
};

const signIn = async (key: string): Promise<SessionReply> =>
  withWord(await ask<SessionReply>('/spillway/session', { method: 'POST', body: { key } }));

export const useSession = () =>
  useQuery({ queryKey: ['session'], queryFn: fetchSession, staleTime: Infinity });

export const useSignIn = () =>
  useMutation({
    mutationFn: signIn,
    onSuccess: (session) => queries.setQueryData(['session'], session),
  });

export const signOut = async (): Promise<void> => {
  const session = await ask<SessionReply>('/spillway/session', { method: 'DELETE' });
  takeWordOf(session);
  // What the next person must not see; the frame goes on asking who is signed in.
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
  queries.setQueryData(['session'], session);
};

/** The deployments, for those who may see everything. */
export const useModels = () => {
  const role = useSession().data?.role;
  return useQuery({
    queryKey: ['models'],
    enabled: role === 'proxy_admin' || role === 'proxy_admin_viewer',
    queryFn: () => ask<ModelsReply>('/spillway/deployments'),
    staleTime: 60_000,
  });
};

/** The models that whoever asks may call. */
export const useModelNames = (): readonly string[] => {
  const { data } = useQuery({
    queryKey: ['model-names'],
    queryFn: () => ask<{ data: readonly { id: string }[] }>('/v1/models'),
    staleTime: 60_000,
  });
  return data?.data.map(({ id }) => id) ?? [];
};

export const useConfig = () =>
  useQuery({ queryKey: ['config'], queryFn: () => ask<ConfigReply>('/spillway/config') });

export const checkConfig = (text: string): Promise<CheckReply> =>
  ask<CheckReply>('/spillway/config/check', { method: 'POST', body: { text } });

export const useDecision = (id: string | undefined) =>
  useQuery({
    queryKey: ['decision', id],
    enabled: id !== undefined,
    queryFn: () => ask<DecisionReply>(`/spillway/decisions/${encodeURIComponent(id ?? '')}`),
  });

export const pause = (deployment: string, paused: boolean): Promise<unknown> =>
  ask('/spillway/deployments/pause', { method: 'POST', body: { deployment, paused } });

const EVERY_MS = 1_000;

export const useSimulator = (isThere: boolean) =>
  useQuery({
    queryKey: ['simulator'],
    enabled: isThere,
    refetchInterval: EVERY_MS,
    queryFn: () => ask<SimulatorReply>('/spillway/simulator'),
  });

const keep = (reply: SimulatorReply): SimulatorReply => {
  queries.setQueryData(['simulator'], reply);
  return reply;
};

export const setFaults = async (text: string): Promise<SimulatorReply> =>
  keep(await ask('/spillway/simulator/faults', { method: 'POST', body: { text } }));

export const clearFaults = async (id?: string): Promise<SimulatorReply> =>
  keep(await ask(`/spillway/simulator/faults${query({ id })}`, { method: 'DELETE' }));

export const resetSimulator = async (): Promise<SimulatorReply> =>
  keep(await ask('/spillway/simulator/reset', { method: 'POST', body: {} }));

export const computePlan = (body: PlanAsk): Promise<PlanReply> =>
  ask('/spillway/plan', { method: 'POST', body });
