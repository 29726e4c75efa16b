/** The two programs that the proof over real HTTP is about, each started as a user starts it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  LOAD_CORE,
  type Pinned,
  spawnPinned,
  stop,
  TARGET_CORE,
  untilReady,
} from '../../overhead/processes.ts';

export const MODEL = 'gpt-4.1';
export const MASTER_KEY = 'sk-bench-master';

export interface Program {
  readonly port: number;
  readonly process: Pinned;
}

/** A project at the vendor, and what the gateway's config says of its key. */
export interface HttpKey {
  readonly id: string;
  /** Both per `windowS`. */
  readonly requests: number;
  readonly tokens: number;
  readonly windowS: number;
  /** How much of a window's requests may come at once. */
  readonly requestBurstS: number;
}

export interface Setup {
  readonly keys: readonly HttpKey[];
  /** Without a median and a rate the vendor answers at once. */
  readonly latency?: { readonly ttftMs: number; readonly tokensPerS: readonly [number, number] };
  /** How long a request may wait in the gateway. */
  readonly waitS: number;
}

/** A project without limits, for calls that do not go through the gateway. */
export const DIRECT_KEY = 'sk-bench-direct';

const LAUNCHER = fileURLToPath(new URL('../../../bin/spillway', import.meta.url));

const keyOf = ({ id }: HttpKey): string => `sk-bench-${id}`;

/** JSON is YAML. */
const simulatorConfig = ({ keys, latency }: Setup): string => {
  const [min, max] = latency?.tokensPerS ?? [1e9, 1e9];
  const projects = keys.map((key) => ({
    id: key.id,
    key: keyOf(key),
    models: [MODEL],
    buckets: [
      {
        dim: 'requests',
        limit: key.requests,
        per_s: key.windowS,
        burst_s: key.requestBurstS,
      },
      { dim: 'tokens', limit: key.tokens, per_s: key.windowS },
    ],
  }));
  return JSON.stringify({
    projects: [...projects, { id: 'direct', key: DIRECT_KEY, models: [MODEL] }],
    latency: {
      ttft_ms: { median: latency?.ttftMs ?? 0, sigma: latency === undefined ? 0 : 0.6 },
      tokens_per_s: { min, max },
    },
  });
};

const perMinute = (amount: number, windowS: number): number => Math.round((amount * 60) / windowS);

const gatewayConfig = ({ keys, waitS }: Setup, simulatorPort: number): string =>
  JSON.stringify({
    model_list: keys.map((key) => ({
      model_name: MODEL,
      litellm_params: {
        model: `openai/${MODEL}`,
        api_base: `http://127.0.0.1:${simulatorPort}/v1`,
        api_key: keyOf(key),
        quota_pool: [`${key.id}-tokens`, `${key.id}-requests`],
      },
    })),
    general_settings: { master_key: MASTER_KEY },
    spillway_settings: {
      queue: { wait_s: waitS },
      quota_pools: Object.fromEntries(
        keys.flatMap(({ id, requests, tokens, windowS, requestBurstS }) => [
          [`${id}-tokens`, { tpm: perMinute(tokens, windowS), burst_s: windowS }],
          [`${id}-requests`, { rpm: perMinute(requests, windowS), burst_s: requestBurstS }],
        ]),
      ),
    },
  });

interface StartOptions {
  readonly core: number;
  readonly command: string;
  readonly config: string;
  readonly folder: string;
}

/** With an environment that holds no settings of this machine. */
const start = async ({ core, command, config, folder }: StartOptions): Promise<Program> => {
  const file = join(folder, `${command}.yaml`);
  writeFileSync(file, config);
  const started = spawnPinned({
    core,
    command: [LAUNCHER, command, '--config', file, '--port', '0'],
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  const origin = await untilReady(command, started);
  return { port: Number(new URL(origin).port), process: started };
};

export interface Programs {
  readonly simulator: Program;
  readonly gateway: Program;
}

/** Runs `task` beside a simulator and a gateway in front of it, each on its core, and ends them. */
export const withPrograms = async <T>(
  setup: Setup,
  task: (programs: Programs) => Promise<T>,
): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-drain-'));
  const started: Program[] = [];
  const keep = (program: Program): Program => {
    started.push(program);
    return program;
  };
  try {
    const config = simulatorConfig(setup);
    const simulator = keep(await start({ core: LOAD_CORE, command: 'simulate', config, folder }));
    const gateway = keep(
      await start({
        core: TARGET_CORE,
        command: 'serve',
        config: gatewayConfig(setup, simulator.port),
        folder,
      }),
    );
    return await task({ simulator, gateway });
  } finally {
    await Promise.all(started.map((program) => stop(program.process)));
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The vendor's refusals so far, over all projects. */
export const vendorRefusals = async ({ port }: Program): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${port}/simulator/projects`);
  const projects = (await response.json()) as { refused: { requests: number; tokens: number } }[];
  return projects.reduce((sum, { refused }) => sum + refused.requests + refused.tokens, 0);
};
