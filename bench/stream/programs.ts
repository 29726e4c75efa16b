/** The programs of this benchmark: an upstream, a bare proxy before it, and a gateway. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOAD_CORE, TARGET_CORE, spawnPinned, untilReady } from '../overhead/processes.ts';
import type { Pinned } from '../overhead/processes.ts';
import { CLIENT_KEY, VENDORS } from './traffic.ts';

export interface Program {
  readonly name: string;
  readonly port: number;
  readonly process: Pinned;
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const scratch = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const started = async (name: string, program: Pinned): Promise<Program> => {
  const origin = await untilReady(name, program);
  return { name, port: Number(new URL(origin).port), process: program };
};

export const startUpstream = (): Promise<Program> => {
  const command = [process.execPath, '--conditions=source', at('./upstream.ts')];
  return started('upstream', spawnPinned({ core: LOAD_CORE, command, ipc: true }));
};

export const setGap = (upstream: Program, gapMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    upstream.process.child.send({ gapMs }, (error) => (error ? reject(error) : resolve()));
  });

export const startProxy = (upstream: Program): Promise<Program> => {
  const origin = `http://127.0.0.1:${upstream.port}`;
  const command = [process.execPath, at('../overhead/bare-proxy.ts'), origin, 'sk-bench'];
  return started('bare proxy', spawnPinned({ core: TARGET_CORE, command }));
};

export const startGateway = (upstream: Program): Promise<Program> => {
  const rows = VENDORS.map(
    ({ group, provider, base }) => `  - model_name: ${group}
    litellm_params:
      model: ${provider}/a-model
      api_base: http://127.0.0.1:${upstream.port}${base}
      api_key: sk-bench
`,
  );
  const config = join(scratch, 'config.yaml');
  const text = `model_list:\n${rows.join('')}general_settings:\n  master_key: ${CLIENT_KEY}\n`;
  writeFileSync(config, text);
  const program = spawnPinned({
    core: TARGET_CORE,
    command: [at('../../bin/spillway'), 'serve', '--config', config, '--port', '0'],
    cwd: scratch,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  return started('gateway', program);
};
