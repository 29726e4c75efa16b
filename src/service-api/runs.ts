import type { JsonObject } from '#core/json.ts';
import type { RunEvent, RunFinish } from '#flow/events.ts';
import { BoundedMap } from '#service-api/bounded-map.ts';

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
  #chars = 0;
  #finish: RunFinish | undefined;
  #isOver = false;

  constructor(facts: RunStartFacts, stop: () => void) {
    this.facts = facts;
    this.#stop = stop;
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
        this.events[this.events.length - 1] = { ...last, text: last.text + event.text };
      return;
    }
    const chars = sizeOf(event);
    const isFull = this.events.length >= MOST_EVENTS || this.#chars + chars > MOST_CHARS;
    if (isFull && event.type !== 'run-finish') return;
    this.#chars += chars;
    this.events.push(event);
  }
}

const sizeOf = (event: RunEvent): number => {
  if (event.type === 'node-finish' || event.type === 'rounds-start' || event.type === 'run-finish')
    return JSON.stringify(event).length;
  return 200 + (event.type === 'answer-delta' ? event.text.length : 0);
};

const MOST_RUNS = 1_000;

/** Runs under way, and the newest of those that are over. */
export class Runs {
  readonly #runs = new BoundedMap<RunRecord>(MOST_RUNS);
  readonly #byTask = new Map<string, RunRecord>();

  begin(record: RunRecord): void {
    this.#runs.set(record.facts.id, record);
    this.#byTask.set(record.facts.taskId, record);
  }

  over(record: RunRecord): void {
    record.over();
    this.#byTask.delete(record.facts.taskId);
  }

  get(id: string): RunRecord | undefined {
    return this.#runs.get(id);
  }

  /** One that is under way. */
  byTask(taskId: string): RunRecord | undefined {
    return this.#byTask.get(taskId);
  }

  get underWay(): number {
    return this.#byTask.size;
  }

  /** The newest first. */
  of(appId: string): RunRecord[] {
    return this.#runs.newest().filter(({ facts }) => facts.appId === appId);
  }
}
