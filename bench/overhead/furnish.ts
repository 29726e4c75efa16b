import { Agent, type ClientRequest, request } from 'node:http';
import type { RunningTarget } from './targets.ts';

/** What a gateway may have besides its load. */
export interface Furniture {
  /** Its callers have a virtual key, with limits, a team and a budget that none of them reaches. */
  readonly keys: boolean;
  /** So many consoles are open on their first page. */
  readonly consoles: number;
}

export interface Furnished {
  readonly target: RunningTarget;
  close(): void;
}

/** As large as limits may be that are looked at and never reached. */
const LIMITS = {
  rpm_limit: 1e9,
  tpm_limit: 1e12,
  max_parallel_requests: 10_000,
  max_budget: 1e6,
  budget_duration: '30d',
};

const made = async <Made>(target: RunningTarget, path: string, body: object): Promise<Made> => {
  const reply = await fetch(`http://127.0.0.1:${target.port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${path} said ${reply.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text) as Made;
};

const withKey = async (target: RunningTarget): Promise<RunningTarget> => {
  const { team_id } = await made<{ team_id: string }>(target, '/team/new', LIMITS);
  const { key } = await made<{ key: string }>(target, '/key/generate', { ...LIMITS, team_id });
  return { ...target, key };
};

/** Resolves when it has begun to hear what goes on. */
const openConsole = ({ port, key }: RunningTarget, agent: Agent): Promise<ClientRequest> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}` };
    const asked = request({ port, path: '/spillway/live', headers, agent }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`/spillway/live said ${reply.statusCode}`));
      reply.on('error', () => {});
      reply.once('data', () => resolve(asked)).resume();
    });
    asked.on('error', reject).end();
  });

/** Throws where the gateway refuses something of it. */
export const furnish = async (
  target: RunningTarget,
  { keys, consoles }: Furniture,
): Promise<Furnished> => {
  const agent = new Agent({ keepAlive: false });
  await Promise.all(Array.from({ length: consoles }, () => openConsole(target, agent)));
  return { target: keys ? await withKey(target) : target, close: () => agent.destroy() };
};
