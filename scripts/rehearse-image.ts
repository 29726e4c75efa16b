/**
 * `node scripts/rehearse-image.ts`: the container, rehearsed without a container engine. Performs
 * deploy/Dockerfile into a temporary root and starts the result there, closed in by chroot, with the
 * command line, config mount and env_file of deploy/compose.dify.yml.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { NODE_USER } from './base-image.ts';
import { buildImage, type Image } from './image.ts';
import type { Command } from './program.ts';
import { trialEnvironment, tryOut } from './trial.ts';

interface Service {
  readonly command: string;
  readonly volumes: readonly string[];
}

const readService = (path: string): Service => {
  const { services } = parse(readFileSync(path, 'utf8')) as { services: Record<string, Service> };
  const [service] = Object.values(services);
  if (!service) throw new Error(`${path} has no service.`);
  return service;
};

const mountConfig = ({ root }: Image, { volumes }: Service): void => {
  const [, target] = (volumes[0] ?? '').split(':');
  if (!target) throw new Error('The compose file mounts no config.');
  cpSync('examples/litellm_config.yaml', join(root, target));
};

/** `env` sets the image's working directory and variables; only root can also become its user. */
const inside = (
  { root, user, env, workdir }: Image,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Command => {
  const isRoot = process.getuid?.() === 0;
  const variables = Object.entries({ ...env, ...more }).map(([name, value]) => `${name}=${value}`);
  const as = isRoot && user === 'node' ? [`--userspec=${NODE_USER.uid}:${NODE_USER.gid}`] : [];
  const jailed = [...as, root, '/usr/bin/env', '-i', '-C', workdir, ...variables, ...args];
  return {
    file: isRoot ? 'chroot' : 'unshare',
    args: isRoot ? jailed : ['--user', '--map-root-user', 'chroot', ...jailed],
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
  };
};

const checkImage = ({ root, user, volumes, command }: Image): void => {
  if (user === 'root') throw new Error('The image runs as root.');
  if (command.length === 0) throw new Error('The image has no default command.');
  for (const volume of volumes) {
    const { uid } = statSync(join(root, volume));
    if (process.getuid?.() === 0 && uid !== NODE_USER.uid)
      throw new Error(`${volume} does not belong to ${user}, who has to write there.`);
  }
};

const rehearse = async (into: string): Promise<void> => {
  const image = buildImage('deploy/Dockerfile', '.', into);
  const service = readService('deploy/compose.dify.yml');
  checkImage(image);
  mountConfig(image, service);
  await tryOut({
    simulate: inside(image, [...image.entrypoint, 'simulate', '--port', '0']),
    serve: (upstream) =>
      inside(
        image,
        [...image.entrypoint, ...service.command.split(' '), '--port', '0'],
        trialEnvironment(upstream),
      ),
    also: async (url) => {
      const port = new URL(url).port;
      const health = image.health.map((word) => word.replace(':4000/', `:${port}/`));
      const { file, args, env } = inside(image, health);
      execFileSync(file, args, { env });
    },
  });
};

const into = mkdtempSync(join(tmpdir(), 'spillway-image-'));
try {
  await rehearse(into);
} finally {
  rmSync(into, { recursive: true });
}
