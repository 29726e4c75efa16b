import type { JsonObject } from '#core/json.ts';
import { type SecretMask, secretMask } from '#core/secret-mask.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import { BoundedMap } from '#service-api/bounded-map.ts';
import { isOf, type Person } from '#store/app-runs.ts';

export interface RunStartFacts {
  readonly id: string;
  readonly taskId: string;
  readonly appId: string;
  readonly workflowId: string;
  readonly user: string;
  readonly query: string;
  readonly inputs: JsonObject;
  readonly conversationId?: string;
  readonly messageId?: string;
  /** Where it was asked for: the service API, the OpenAI API, the console. */
  readonly from: 'service-api' | 'model' | 'console';
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** The same to the millisecond. */
  readonly createdMs: number;
}

/** Whoever watches a run while it goes on. */
export type RunWatcher = (event: RunEvent | undefined) => void;

/** So many events of a run are kept, its first and its last one among them. */
const MOST_EVENTS = 5_000;
/** So many characters of them. */
const MOST_CHARS = 4_000_000;

/** One run, while it goes on and afterwards. */
export class RunRecord {
  readonly facts: RunStartFacts;
  readonly events: RunEvent[] = [];
  readonly #stop: () => void;
  readonly #watchers = new Set<RunWatcher>();
  readonly #mask: SecretMask | undefined;
  #chars = 0;
  #finish: RunFinish | undefined;
  #isOver = false;

  /** What was answered may hold secrets of its app: they are kept nowhere. */
  constructor(facts: RunStartFacts, stop: () => void, secrets: readonly string[] = []) {
    this.facts = facts;
    this.#stop = stop;
    this.#mask = secrets.length > 0 ? secretMask(secrets) : undefined;
  }

  get finish(): RunFinish | undefined {
    return this.#finish;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Keeps and shows an event. What a node streams is shown and not kept: its end tells all of it. */
  add(event: RunEvent): void {
    if (event.type === 'run-finish') this.#finish = event;
    if (event.type !== 'node-delta' && event.type !== 'variable-set') this.#keep(event);
    for (const watcher of this.#watchers) watcher(event);
  }

  over(): void {
    this.#isOver = true;
    for (const watcher of this.#watchers) watcher(undefined);
    this.#watchers.clear();
  }

  /** What there was so far is told at once; undefined when nothing more comes. */
  watch(watcher: RunWatcher): () => void {
    for (const event of this.events) watcher(event);
    if (this.#isOver) watcher(undefined);
    else this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  stop(): void {
    this.#stop();
  }

  #keep(event: RunEvent): void {
    const last = this.events.at(-1);
    if (
      event.type === 'answer-delta' &&
      last?.type === 'answer-delta' &&
      last.nodeId === event.nodeId &&
      last.responseId === event.responseId
    ) {
      this.#chars += event.text.length;
      if (this.#chars <= MOST_CHARS)
        this.events[this.events.length - 1] = {
          ...last,
          text: this.#mask?.joined(last.text, event.text) ?? last.text + event.text,
        };
      return;
    }
    const chars = sizeOf(event);
    const isFull = this.events.length >= MOST_EVENTS || this.#chars + chars > MOST_CHARS;
    if (isFull && event.type !== 'run-finish') return;
    this.#chars += chars;
    const isText = event.type === 'answer-delta' && this.#mask;
    this.events.push(isText ? { ...event, text: isText.text(event.text) } : event);
  }
}

const sizeOf = (event: RunEvent): number => {
  if (event.type === 'node-finish' || event.type === 'rounds-start' || event.type === 'run-finish')
    return JSON.stringify(event).length;
  return 200 + (event.type === 'answer-delta' ? event.text.length : 0);
};

/** What lists show of a run. */
export type RunHead = Pick<RunRecord, 'facts' | 'finish' | 'isOver'>;

export interface RunsAsked {
  readonly appId: string;
  readonly status?: string;
  /** A piece of what went in or came out. */
  readonly text?: string;
  /** Who asked, as the caller called them. */
  readonly user?: string;
  /** When it began at the earliest and at the latest, Unix epoch ms. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly limit: number;
  readonly offset: number;
}

export interface RunsPage {
  readonly total: number;
  /** The newest first. */
  readonly runs: readonly RunHead[];
}

/** Where runs are kept for longer than memory has room for them, and over a restart. */
export interface RunArchive {
  /** Of a run that has begun, or is over: what there is of it is written down soon. */
  keep(record: RunRecord): void;
  get(id: string): Promise<RunRecord | undefined>;
  page(asked: RunsAsked): Promise<RunsPage>;
  /** All that is kept of an app's runs. */
  forgetApp(appId: string): Promise<void>;
  /** Removes the runs of a person. */
  forget(person: Person): Promise<void>;
}

/** Runs that are over and stay in memory. */
const MOST_RUNS = 1_000;
/** The same where there is an archive. */
const MOST_ARCHIVED = 50;

/** Runs under way, and the newest of those that are over. */
export class Runs {
  readonly #runs: BoundedMap<RunRecord>;
  readonly #byTask = new Map<string, RunRecord>();
  readonly #archive: RunArchive | undefined;
  /** Runs under way whose app was deleted, or whose person is forgotten: nothing of them is kept. */
  readonly #gone = new WeakSet<RunRecord>();

  constructor(archive?: RunArchive) {
    this.#archive = archive;
    this.#runs = new BoundedMap(archive ? MOST_ARCHIVED : MOST_RUNS);
  }

  begin(record: RunRecord): void {
    this.#byTask.set(record.facts.taskId, record);
    this.#archive?.keep(record);
  }

  over(record: RunRecord): void {
    record.over();
    this.#byTask.delete(record.facts.taskId);
    if (this.#gone.has(record)) return;
    this.#runs.set(record.facts.id, record);
    this.#archive?.keep(record);
  }

  /** Whether nothing of it is to be kept: its app was deleted meanwhile, or its person forgotten. */
  isGone(record: RunRecord): boolean {
    return this.#gone.has(record);
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return this.#here(id) ?? (await this.#archive?.get(id));
  }

  /** One that is under way. */
  byTask(taskId: string): RunRecord | undefined {
    return this.#byTask.get(taskId);
  }

  get underWay(): number {
    return this.#byTask.size;
  }

  async page(asked: RunsAsked): Promise<RunsPage> {
    const page = (await this.#archive?.page(asked)) ?? this.#pageHere(asked);
    return { ...page, runs: page.runs.map((run) => this.#here(run.facts.id) ?? run) };
  }

  /** Stops what is under way, and forgets all that was. */
  async forgetApp(appId: string): Promise<void> {
    for (const record of this.#byTask.values()) {
      if (record.facts.appId !== appId) continue;
      this.#gone.add(record);
      record.stop();
    }
    for (const { facts } of this.#runs.newest())
      if (facts.appId === appId) this.#runs.delete(facts.id);
    await this.#archive?.forgetApp(appId);
  }

  /** Those of a person, here and in the archive: of what is under way nothing is kept. */
  async forget(person: Person): Promise<void> {
    for (const record of this.#byTask.values())
      if (isOf(record.facts.user, person)) this.#gone.add(record);
    for (const { facts } of this.#runs.newest())
      if (isOf(facts.user, person)) this.#runs.delete(facts.id);
    await this.#archive?.forget(person);
  }

  #here(id: string): RunRecord | undefined {
    return this.#runs.get(id) ?? [...this.#byTask.values()].find(({ facts }) => facts.id === id);
  }

  #pageHere(asked: RunsAsked): RunsPage {
    const { appId, status, text, user, fromMs = 0, untilMs = Infinity, limit, offset } = asked;
    const all = [...[...this.#byTask.values()].toReversed(), ...this.#runs.newest()]
      .filter(({ facts }) => facts.appId === appId)
      .filter(({ facts }) => user === undefined || facts.user === user)
      .filter(({ facts: { createdMs } }) => createdMs >= fromMs && createdMs <= untilMs)
      .filter((run) => status === undefined || statusOf(run) === status)
      .filter((run) => text === undefined || headText(run).includes(text));
    return { total: all.length, runs: all.slice(offset, offset + limit) };
  }
}

export const statusOf = ({ finish, isOver }: RunHead): string =>
  finish?.status ?? (isOver ? 'stopped' : 'running');

/** What is searched, and what an archive keeps for lists. */
export const headText = ({ facts, finish }: RunHead): string =>
  JSON.stringify({ facts, finish: finish ?? null });
