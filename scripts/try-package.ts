/** `node scripts/try-package.ts FILE.tgz`: installs a packed Spillway in an empty folder and uses it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Command } from './program.ts';
import { trialEnvironment, tryOut } from './trial.ts';

const [tarball] = process.argv.slice(2);
if (!tarball) throw new Error('usage: node scripts/try-package.ts FILE.tgz');

const INSTALL_MS = 240_000;

/** The Node that runs this script comes first, as it would for somebody who has installed one. */
const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);

const install = (folder: string): void => {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // What `npm ci` has fetched is fetched once; a registry that stalls ends this, not the whole run.
  const args = ['install', '--ignore-scripts', '--silent', '--prefer-offline', resolve(tarball)];
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit', timeout: INSTALL_MS });
};

/** A package carries no Node, and its manifest asks for none. */
const checkManifest = (folder: string): void => {
  const modules = join(folder, 'node_modules');
  const manifest = readFileSync(join(modules, 'spillway/package.json'), 'utf8');
  const nodes = readdirSync(modules).filter((name) => /^node-(?:bin-)?\w+-\w+$/.test(name));
  if (nodes.length > 0 || /optionalDependencies|devDependencies/.test(manifest))
    throw new Error(`The package brings along what only a checkout needs: ${nodes.join(', ')}`);
};

const folder = mkdtempSync(join(tmpdir(), 'spillway-package-'));
try {
  install(folder);
  checkManifest(folder);
  const spillway = (args: readonly string[], env: Record<string, string> = {}): Command => ({
    file: join(folder, 'node_modules/.bin/spillway'),
    args,
    cwd: folder,
    env: { PATH, ...env },
  });
  const config = join(folder, 'node_modules/spillway/examples/litellm_config.yaml');
  await tryOut({
    simulate: spillway(['simulate', '--port', '0']),
    serve: (upstream) =>
      spillway(
        ['--config', config, '--host', '127.0.0.1', '--port', '0'],
        trialEnvironment(upstream),
      ),
  });
} finally {
  rmSync(folder, { recursive: true });
}
