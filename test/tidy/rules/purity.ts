import { ENVIRONMENT, OWN_CLOCK, OWN_SOCKETS, PURE, PURE_MODULES } from '../house.ts';
import type { Fault, Rule, SourceFile } from '../tree.ts';

const NOW = "take 'now' as an argument (ms, from #core/clock.ts)";
const CHANCE = "take 'random' as an argument (#core/random.ts)";
const TIMER = 'take a Clock and use clock.after (#core/clock.ts)';
const NETWORK = 'only upstream/ and net/ reach the network; declare a port, main fills it';
const LOG = 'take a Log (#core/log.ts), or return what should be said';

/** Globals that make a result depend on when and where it is computed, and what replaces them. */
const CLOCKS: Readonly<Record<string, string>> = {
  'Date.now': NOW,
  'new Date()': NOW,
  'performance.now': NOW,
  'process.hrtime': NOW,
  'Math.random': CHANCE,
  'crypto.randomUUID': CHANCE,
  'crypto.getRandomValues': CHANCE,
  setTimeout: TIMER,
  setInterval: TIMER,
};

const SOCKETS: Readonly<Record<string, string>> = { fetch: NETWORK, WebSocket: NETWORK };

const PURE_ONLY: Readonly<Record<string, string>> = {
  setImmediate: 'return to the caller; this room is synchronous',
  queueMicrotask: 'return to the caller; this room is synchronous',
  process: 'take the value as an argument; server/ reads the process',
};

/** Pure rooms compute; the other rooms take time, chance and the log from their caller. */
export const purity: Rule = function* ({ sources }) {
  for (const file of sources) {
    if (!file.room || file.isTest) continue;
    const pure = PURE.some((folder) => file.path.startsWith(`src/${folder}/`));
    const bans = {
      ...(OWN_CLOCK.includes(file.room) ? {} : { ...CLOCKS, console: LOG }),
      ...(OWN_SOCKETS.includes(file.room) ? {} : SOCKETS),
      ...(pure ? PURE_ONLY : {}),
    };
    yield* globalFaults(file, bans);
    if (pure) yield* moduleFaults(file);
  }
};

function* globalFaults(file: SourceFile, bans: Readonly<Record<string, string>>): Iterable<Fault> {
  for (const { text, line } of file.facts.globals)
    if (Object.hasOwn(bans, text))
      yield { path: file.path, line, message: `${text} in ${file.room}/; ${bans[text]}` };
}

function* moduleFaults({ path, facts }: SourceFile): Iterable<Fault> {
  for (const { from, line, names, typeOnly } of facts.imports) {
    if (typeOnly || !from.startsWith('node:')) continue;
    const allowed = PURE_MODULES[from] ?? [];
    if (names.length > 0 && names.every((name) => allowed.includes(name))) continue;
    const offer =
      allowed.length > 0 ? `take only ${allowed.join(', ')}` : 'take what it gives as an argument';
    yield { path, line, message: `${from} in a pure room; ${offer}` };
  }
}

/** The environment is read in one place, so that one place can say what it means. */
export const environment: Rule = function* ({ sources }) {
  for (const { path, room, isTest, facts } of sources) {
    if (!room || isTest || path === ENVIRONMENT) continue;
    const message = `only ${ENVIRONMENT} reads the environment; take the value as an argument`;
    for (const { text, line } of facts.globals)
      if (text === 'process.env') yield { path, line, message };
    for (const { from, line, names } of facts.imports)
      if (/^(?:node:)?process$/.test(from) && names.includes('env')) yield { path, line, message };
  }
};
