/** The things that are measured, and how each is started. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TARGET_CORE, LOAD_CORE, spawnPinned, stop, untilReady } from './processes.ts';
import type { Pinned } from './processes.ts';
import { CLIENT_KEY, MODEL, UPSTREAM_KEYS } from './traffic.ts';

export type TargetName = 'bare proxy' | 'nginx' | 'gateway';

export interface RunningTarget {
  readonly name: TargetName | 'direct';
  readonly port: number;
  /** What clients send as their key. */
  readonly key: string;
  readonly process: Pinned;
  /** From the spawn to the first moment at which it takes requests. */
  readonly startMs: number;
}

export interface Upstream extends RunningTarget {
  /** Pause between the chunks of a stream, ms; 0 is the next turn of its event loop. */
  setGap(gapMs: number): Promise<void>;
}

const GATEWAY = fileURLToPath(new URL('../../bin/spillway', import.meta.url));
const BARE_PROXY = fileURLToPath(new URL('./bare-proxy.ts', import.meta.url));
const UPSTREAM = fileURLToPath(new URL('./upstream.ts', import.meta.url));

const scratch = mkdtempSync(join(tmpdir(), 'spillway-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const port = (origin: string): number => Number(new URL(origin).port);
const FIRST_KEY = UPSTREAM_KEYS[0] ?? '';

/** Starts the upstream; called directly it is a target too. */
export const startUpstream = async (): Promise<Upstream> => {
  const began = performance.now();
  const upstream = spawnPinned({
    core: LOAD_CORE,
    command: [process.execPath, UPSTREAM],
    ipc: true,
  });
  const origin = await untilReady('upstream', upstream);
  return {
    name: 'direct',
    port: port(origin),
    key: FIRST_KEY,
    process: upstream,
    startMs: performance.now() - began,
    setGap: (gapMs) =>
      new Promise((resolve, reject) => {
        upstream.child.send({ gapMs }, (error) => (error ? reject(error) : resolve()));
      }),
  };
};

/** As the gateway's launcher has it. */
const NO_PRETENURING = '--no-allocation-site-pretenuring';

const startBareProxy = async ({ upstreamPort, isEven }: StartOptions): Promise<RunningTarget> => {
  const began = performance.now();
  const flags = isEven ? [NO_PRETENURING] : [];
  const proxy = spawnPinned({
    core: TARGET_CORE,
    command: [
      process.execPath,
      ...flags,
      BARE_PROXY,
      `http://127.0.0.1:${upstreamPort}`,
      FIRST_KEY,
    ],
  });
  const origin = await untilReady('bare proxy', proxy);
  const startMs = performance.now() - began;
  return { name: 'bare proxy', port: port(origin), key: CLIENT_KEY, process: proxy, startMs };
};

const gatewayConfig = (upstreamPort: number): string => {
  const row = (key: string): string =>
    `  - model_name: ${MODEL}
    litellm_params:
      model: openai/${MODEL}
      api_base: http://127.0.0.1:${upstreamPort}/v1
      api_key: ${key}
`;
  return `model_list:
${UPSTREAM_KEYS.map(row).join('')}general_settings:
  master_key: ${CLIENT_KEY}
`;
};

/** As a user starts it, but with an environment that holds no settings of this machine. */
const startGateway = async (
  upstreamPort: number,
  profileDir: string | undefined,
): Promise<RunningTarget> => {
  const config = join(scratch, 'config.yaml');
  writeFileSync(config, gatewayConfig(upstreamPort));
  const began = performance.now();
  const gateway = spawnPinned({
    core: TARGET_CORE,
    command: [GATEWAY, 'serve', '--config', config, '--port', '0'],
    cwd: scratch,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...(profileDir !== undefined && {
        NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}`,
      }),
    },
  });
  const origin = await untilReady('gateway', gateway);
  const startMs = performance.now() - began;
  return { name: 'gateway', port: port(origin), key: CLIENT_KEY, process: gateway, startMs };
};

const nginxConfig = (listenPort: number, upstreamPort: number): string => `
worker_processes 1;
daemon off;
pid ${scratch}/nginx.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  tcp_nodelay on;
  keepalive_requests 100000000;
  client_body_temp_path ${scratch}/nginx-body;
  proxy_temp_path ${scratch}/nginx-proxy;
  fastcgi_temp_path ${scratch}/nginx-fastcgi;
  uwsgi_temp_path ${scratch}/nginx-uwsgi;
  scgi_temp_path ${scratch}/nginx-scgi;
  upstream bench {
    server 127.0.0.1:${upstreamPort};
    keepalive 512;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${listenPort};
    location / {
      proxy_pass http://bench;
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer ${FIRST_KEY}";
    }
  }
}
`;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => resolve(free));
    });
  });

const accepts = (candidate: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(candidate, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const START_LIMIT_MS = 5_000;

const startNginx = async (upstreamPort: number): Promise<RunningTarget> => {
  const listenPort = await freePort();
  const config = join(scratch, 'nginx.conf');
  writeFileSync(config, nginxConfig(listenPort, upstreamPort));
  const began = performance.now();
  const nginx = spawnPinned({
    core: TARGET_CORE,
    command: ['nginx', '-e', 'stderr', '-c', config],
  });
  while (!(await accepts(listenPort))) {
    if (nginx.child.exitCode !== null || performance.now() - began > START_LIMIT_MS) {
      throw new Error(`nginx did not start. Its last words:\n${nginx.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const startMs = performance.now() - began;
  return { name: 'nginx', port: listenPort, key: CLIENT_KEY, process: nginx, startMs };
};

export interface StartOptions {
  readonly upstreamPort: number;
  /** The bare proxy's V8 is set as the gateway's is, as far as that is said to change what it takes. */
  readonly isEven: boolean;
  /** The gateway writes a CPU profile here when it ends. */
  readonly profileDir?: string;
}

export const startTarget = (name: TargetName, options: StartOptions): Promise<RunningTarget> => {
  if (name === 'bare proxy') return startBareProxy(options);
  if (name === 'nginx') return startNginx(options.upstreamPort);
  return startGateway(options.upstreamPort, options.profileDir);
};

export const stopTarget = (target: RunningTarget): Promise<void> => stop(target.process);

/** nginx's version, or undefined where it is not installed. */
export const nginxVersion = (): string | undefined =>
  /nginx\/(\S+)/.exec(spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr ?? '')?.[1];

export const gatewayExists = (): boolean => existsSync(GATEWAY);
