import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PackedSpend } from '#store/packed-spend.ts';
import type { Taken } from '#store/spend.ts';
import type { Answer, Ask, AskIntake, SqlValue, WorkerSettings } from '#store/sqlite/messages.ts';

/** For what is young in the worker, MB: rows live for a moment, and room for many is only room. */
const YOUNG_MB = 6;
/** Statements that wait for the worker: more means that it stands still. */
const MOST_WAITING = 10_000;

type Rows = Extract<Answer, { readonly rows: unknown }>;
type Done = Exclude<Answer, { readonly error: string }>;

/** The database in its worker, as seen from the main thread, which it never stops. */
export class SqliteClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Done>>();
  #last = 0;
  #failure: Error | undefined;

  private constructor(settings: WorkerSettings) {
    // The same file, as source in a checkout and compiled in the package.
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on('message', (message: Answer | 'open') => this.#heard(message));
    this.#worker.on('error', (error: Error) => this.#failed(error));
    this.#worker.on('exit', () => this.#failed(new Error('The database worker has ended.')));
    this.#worker.unref();
  }

  /** Rejects with what SQLite said where the file cannot be opened or is held by another process. */
  static async open(settings: WorkerSettings): Promise<SqliteClient> {
    const client = new SqliteClient(settings);
    client.#worker.ref();
    await once(client.#worker, 'message');
    client.#worker.unref();
    return client;
  }

  async run(sql: string, values: readonly SqlValue[]): Promise<Rows> {
    return (await this.#ask({ id: ++this.#last, sql, values })) as Rows;
  }

  /** A journal's segment, or these records; all or none. */
  async take(spend: string | readonly PackedSpend[]): Promise<Taken> {
    const { taken } = (await this.#ask({ id: ++this.#last, spend })) as { readonly taken: Taken };
    return taken;
  }

  #ask(ask: Ask | AskIntake): Promise<Done> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#waiting.size >= MOST_WAITING)
      return Promise.reject(new Error('The database is too far behind; try again.'));
    const waiting = Promise.withResolvers<Done>();
    this.#waiting.set(ask.id, waiting);
    if (this.#waiting.size === 1) this.#worker.ref();
    this.#worker.postMessage(ask);
    return waiting.promise;
  }

  async close(): Promise<void> {
    if (this.#failure) return;
    this.#worker.ref();
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await ended;
  }

  #heard(message: Answer | 'open'): void {
    if (message === 'open') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message);
  }

  #failed(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
