import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, join, matchesGlob, posix, relative } from 'node:path';
import { layBaseImage, NODE_USER } from './base-image.ts';
import { execForm, parseDockerfile, type Instruction, type Stage } from './dockerfile.ts';

/** What `docker inspect` would say of the image, and the folder that holds its files. */
export interface Image {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly volumes: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly health: readonly string[];
}

type Draft = { -readonly [Field in keyof Image]: Image[Field] };

/** Performs a Dockerfile's steps without a container engine: each stage becomes a folder of `into`. */
export const buildImage = (dockerfile: string, context: string, into: string): Image => {
  const stages = parseDockerfile(readFileSync(dockerfile, 'utf8'));
  const roots = new Map(stages.map(({ name }) => [name, join(into, name)]));
  const images = stages.map((stage) => {
    const builder = new StageBuilder(stage, { context, roots, isLast: stage === stages.at(-1) });
    return builder.build();
  });
  const last = images.at(-1);
  if (!last) throw new Error(`${dockerfile} has no stage.`);
  return last;
};

interface Surroundings {
  readonly context: string;
  readonly roots: ReadonlyMap<string, string>;
  readonly isLast: boolean;
}

class StageBuilder {
  readonly #stage: Stage;
  readonly #around: Surroundings;
  readonly #image: Draft;

  constructor(stage: Stage, around: Surroundings) {
    this.#stage = stage;
    this.#around = around;
    const root = around.roots.get(stage.name) ?? '';
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
    const none = { volumes: [], entrypoint: [], command: [], health: [] };
    this.#image = { root, env, user: 'root', workdir: '/', ...none };
  }

  build(): Image {
    mkdirSync(this.#image.root, { recursive: true });
    if (this.#around.isLast) layBaseImage(this.#image.root);
    for (const instruction of this.#stage.instructions) this.#perform(instruction);
    return this.#image;
  }

  #perform({ word, flags, rest }: Instruction): void {
    const image = this.#image;
    if (word === 'WORKDIR') {
      image.workdir = posix.resolve(image.workdir, rest);
      mkdirSync(this.#path('.'), { recursive: true });
    } else if (word === 'COPY') this.#copy(rest.split(/\s+/), flags);
    else if (word === 'RUN') this.#run(rest);
    else if (word === 'ENV') image.env = { ...image.env, ...parsePairs(rest) };
    else if (word === 'USER') image.user = rest;
    else if (word === 'VOLUME') image.volumes = [...image.volumes, rest];
    else if (word === 'ENTRYPOINT') image.entrypoint = execForm(rest);
    else if (word === 'CMD') image.command = execForm(rest);
    else if (word === 'HEALTHCHECK') image.health = execForm(rest.replace(/^CMD\s+/, ''));
    else if (word !== 'EXPOSE') throw new Error(`The rehearsal does not know ${word} yet.`);
  }

  /** A path of the image → where it is on this machine. */
  #path(path: string): string {
    return join(this.#image.root, posix.resolve(this.#image.workdir, path));
  }

  #copy(words: readonly string[], { from, chown }: Readonly<Record<string, string>>): void {
    const target = words.at(-1) ?? '';
    const base = from === undefined ? this.#around.context : this.#around.roots.get(from);
    if (base === undefined) throw new Error(`COPY --from=${from}: no such stage.`);
    const ignored = from === undefined ? readIgnored(base) : () => false;
    for (const word of words.slice(0, -1)) {
      const source = join(base, word);
      const isFolder = statSync(source).isDirectory();
      const into = !isFolder && (target.endsWith('/') || words.length > 2);
      const to = join(this.#path(target), into ? basename(source) : '');
      mkdirSync(dirname(to), { recursive: true });
      cpSync(source, to, {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !ignored(relative(base, path)),
      });
      if (chown === 'node:node') chownAll(to);
    }
  }

  /** Runs with this machine's tools and the Node that runs this script, which is why only early stages may. */
  #run(command: string): void {
    if (this.#around.isLast) throw new Error('The last stage has a RUN; keep it to files.');
    const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    execFileSync('sh', ['-ec', command], {
      cwd: this.#path('.'),
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }
}

const parsePairs = (text: string): Record<string, string> =>
  Object.fromEntries(text.split(/\s+/).map((pair) => pair.split('=', 2) as [string, string]));

const readIgnored = (context: string): ((path: string) => boolean) => {
  const patterns = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  return (path) => patterns.some((pattern) => path === pattern || matchesGlob(path, pattern));
};

const chownAll = (path: string): void => {
  if (process.getuid?.() !== 0) return;
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' });
  for (const each of ['', ...inside]) chownSync(join(path, each), NODE_USER.uid, NODE_USER.gid);
};
