import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { existsSync, globSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian puts the server's programs; the newest one. */
const bin = globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1);

/** Absent where no server is installed: tests of it skip by name. */
export const hasPostgres = bin !== undefined && existsSync(join(bin, 'initdb'));

export interface TestPostgres {
  readonly url: string;
  /** Stops it in the middle of whatever it does, and starts it again on the same data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** The server does not run as root. */
const asUser = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'nobody']).stdout.toString());
  return { uid: id('-u'), gid: id('-g') };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

/** A server of its own, empty, on a free port of this machine. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-postgres-'));
  await chmod(folder, 0o777);
  const data = join(folder, 'data');
  const user = asUser();
  const initdb = spawnSync(
    join(bin!, 'initdb'),
    ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C'],
    { ...user, cwd: folder },
  );
  if (initdb.status !== 0) throw new Error(`initdb: ${initdb.stderr.toString()}`);
  const port = await freePort();
  let server: ReturnType<typeof spawn> | undefined;
  const start = async (): Promise<void> => {
    const settings = ['-c', 'fsync=off', '-c', `unix_socket_directories=${folder}`];
    const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', ...settings];
    const started = spawn(join(bin!, 'postgres'), args, { ...user, cwd: folder });
    server = started;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      started.stderr.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('ready to accept connections')) resolve();
      });
      started.once('exit', () => reject(new Error(`postgres: ${said}`)));
    });
  };
  const stop = async (): Promise<void> => {
    if (!server || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    // Immediate shutdown: nobody is waited for.
    server.kill('SIGQUIT');
    await ended;
  };
  await start();
  return {
    url: `postgres://test@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
