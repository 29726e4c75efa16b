/**
 * `npm run pack`: builds, lays out what is published under out/package, and packs it into out/.
 *
 * The published manifest is not the checkout's: it has no development tools, no scripts, and no
 * Node (an optional dependency of a checkout only). npm runs no lifecycle script here (see .npmrc),
 * so nothing is built by `npm pack` alone.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Manifest {
  readonly version: string;
  readonly files: readonly string[];
  readonly imports: { readonly '#*.ts': { readonly source: string; readonly default: string } };
  readonly scripts: object;
  readonly devDependencies: object;
  readonly overrides: object;
  readonly optionalDependencies: object;
}

const OUT = 'out';
const STAGE = join(OUT, 'package');

const readManifest = (): Manifest => JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

const publishedManifest = (manifest: Manifest): object => {
  const { scripts, devDependencies, overrides, optionalDependencies, ...published } = manifest;
  return { ...published, imports: { '#*.ts': manifest.imports['#*.ts'].default } };
};

const stage = (manifest: Manifest): void => {
  for (const folder of ['dist', OUT]) rmSync(folder, { recursive: true, force: true });
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  // Beside the compiled server, which looks for it there.
  const built = ['--', '--outDir', resolve('dist/console'), '--logLevel', 'warn'];
  execFileSync('npm', ['run', '--silent', 'build:console', ...built], { stdio: 'inherit' });
  for (const path of manifest.files) {
    if (!existsSync(path)) throw new Error(`package.json lists '${path}', which does not exist.`);
    cpSync(path, join(STAGE, path), { recursive: true });
  }
  // Beside the sources it would be taken for them by whatever follows the manifest's imports.
  rmSync('dist', { recursive: true });
  const text = JSON.stringify(publishedManifest(manifest), undefined, 2);
  writeFileSync(join(STAGE, 'package.json'), `${text}\n`);
};

const manifest = readManifest();
stage(manifest);
execFileSync('npm', ['pack', '--silent', `./${STAGE}`, '--pack-destination', OUT]);
console.log(`out/spillway-${manifest.version}.tgz`);
