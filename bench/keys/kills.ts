import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '#core/log.ts';
import { openSqlite } from '#store/sqlite/open.ts';
import { answer, startUpstream } from '../../test/kit/upstream.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/spillway', import.meta.url));
const KEY = 'sk-proof';
const CALLERS = 8;

export interface Kills {
  readonly rounds: number;
  readonly answered: number;
  /** Records of requests that were served. */
  readonly records: number;
  /** At most one for each caller and round was written down and not answered. */
  readonly unanswered: number;
}

/** A gateway that is killed at random under load, again and again, on one folder. */
export const killed = async (rounds: number, folder: string): Promise<Kills> => {
  const upstream = await startUpstream(answer);
  const config = join(folder, 'config.yaml');
  const params = `{model: openai/gpt-4.1, api_key: sk-x, api_base: "${upstream.url}"}`;
  writeFileSync(config, `model_list:\n  - {model_name: gpt-4.1, litellm_params: ${params}}\n`);
  const data = join(folder, 'data');
  let answered = 0;
  for (let round = 0; round < rounds; round++) answered += await oneRound(config, data);
  const program = await started(config, data);
  program.child.kill('SIGINT');
  await once(program.child, 'exit');
  const clock = { wall: () => Date.now() };
  const store = await openSqlite({ folder: data, clock, log: silentLog });
  const records = await store.spend.count({ status: 'success' });
  await store.close();
  await upstream.close();
  return { rounds, answered, records, unanswered: records - answered };
};

export const mayBeUnanswered = ({ rounds }: Kills): number => rounds * CALLERS;

const oneRound = async (config: string, data: string): Promise<number> => {
  const { child, url } = await started(config, data);
  let answered = 0;
  const over = new AbortController();
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!over.signal.aborted)
      try {
        const reply = await fetch(`${url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${KEY}` },
          body: JSON.stringify({ model: 'gpt-4.1', messages: [] }),
        });
        await reply.text();
        if (reply.status === 200) answered++;
      } catch {
        return;
      }
  });
  await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));
  child.kill('SIGKILL');
  over.abort();
  await Promise.all(callers);
  return answered;
};

const started = async (config: string, data: string) => {
  const args = ['serve', '--config', config, '--port', '0', '--data-dir', data];
  const child = spawn(process.execPath, ['--conditions=source', LAUNCHER, ...args], {
    env: { PATH: process.env['PATH'], LITELLM_MASTER_KEY: KEY },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  for (;;) {
    const [data] = (await once(child.stdout, 'data')) as [Buffer];
    out += data.toString();
    const url = /^ready (http:\/\/\S+)$/m.exec(out)?.[1];
    if (url !== undefined) return { child, url };
  }
};
