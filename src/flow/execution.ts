import { sleep } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import type { Json } from '#core/json.ts';
import { type Active, type Arrival, type Generator, nameOf, stepOf } from '#flow/active.ts';
import type { NodeFinish, RunError, StepEvent } from '#flow/events.ts';
import type { Ended, Frame, NodeRunOf } from '#flow/frame.ts';
import { eventOf } from '#flow/node-events.ts';
import type { NodeResult } from '#flow/nodes/node-type.ts';
import { DONE_HANDLE, FAIL_HANDLE } from '#flow/on-failure.ts';
import type { RunState } from '#flow/run-state.ts';
import { Schedule } from '#flow/schedule.ts';
import { type Spent, sumSpent } from '#flow/spent.ts';

type Ending = Pick<Ended, 'status' | 'error'>;

/** How long the nodes of a run that has ended may take to let go of what they hold. */
const CLOSE_GRACE_MS = 1000;

/**
 * The engine. Nodes run side by side; whatever they come up with is handled here, one thing after
 * the other, so that variables and schedule have one writer.
 */
export class Execution {
  readonly #run: RunState;
  readonly #frame: Frame;
  readonly #nodeRunOf: NodeRunOf;
  readonly #schedule: Schedule;
  readonly #abort = new AbortController();
  readonly #active = new Map<string, Active>();
  readonly #open = new Set<Generator>();
  readonly #arrivals: Arrival[] = [];
  readonly #cancels = new Set<() => void>();
  #wake: () => void = () => {};
  #steps = 0;
  #outputs: Readonly<Record<string, Json>> = {};
  #isLast = false;
  #spent: Spent = {};
  #ending: Ending | undefined;

  constructor(run: RunState, frame: Frame, nodeRunOf: NodeRunOf) {
    this.#run = run;
    this.#frame = frame;
    this.#nodeRunOf = nodeRunOf;
    const { graph, nodes } = frame.scope;
    this.#schedule = new Schedule(graph, new Set(nodes.keys()));
  }

  /** Once. Leaves nothing running behind, wherever its reader stops. */
  async *events(): AsyncGenerator<StepEvent, Ended> {
    const { scope, signal, durationMs } = this.#frame;
    if (durationMs !== undefined)
      this.#later(durationMs, () => this.#end(failed('timeout', tooLong(durationMs))));
    const stop = (): void => this.#end({ status: 'stopped' });
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    try {
      yield* this.#launch([scope.root.node.id]);
      while (!this.#ending && this.#active.size > 0) {
        const arrival = this.#arrivals.shift();
        if (!arrival) await this.#somethingNew();
        else {
          yield* this.#handle(arrival);
          const { active } = arrival;
          const isOn = this.#active.has(active.of.node.id) && !active.isWaiting;
          if (isOn && !this.#ending) void this.#pull(active);
        }
      }
      yield* this.#stopped();
      const rest = { outputs: this.#outputs, isLast: this.#isLast, spent: this.#spent };
      return { status: 'succeeded', ...this.#ending, ...rest, endedMs: this.#run.at() };
    } finally {
      for (const cancel of this.#cancels) cancel();
      signal?.removeEventListener('abort', stop);
      this.#end({ status: 'stopped' });
      await this.#close();
    }
  }

  #later(delayMs: number, task: () => void): void {
    const cancel = this.#run.options.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }

  /** The first ending counts. Aborts what is under way. */
  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#abort.abort(new SpillwayError('client_closed', 'The run has ended.'));
    this.#wake();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Starts all of them before any of their events is read. */
  #launch(nodeIds: readonly string[], after?: string): StepEvent[] {
    const { limits } = this.#run.options;
    return nodeIds.flatMap((nodeId): StepEvent[] => {
      const of = this.#frame.scope.nodes.get(nodeId);
      if (!of || this.#ending) return [];
      if (this.#steps++ === limits.steps) {
        this.#end(failed('too_large', `The run takes more than ${limits.steps} steps.`));
        return [];
      }
      const startMs = this.#run.at();
      const generator = this.#begin(of.node.id);
      const step = this.#run.nextStep();
      const rest = { streamedChars: 0, retries: 0, isWaiting: false };
      const active: Active = { of, generator, step, startMs, ...rest };
      this.#active.set(nodeId, active);
      void this.#pull(active);
      const base = { at: startMs, ...stepOf(active, this.#frame.within), ...nameOf(active) };
      return [{ type: 'node-start', ...base, ...(after !== undefined && { after }) }];
    });
  }

  #begin(nodeId: string): Generator {
    const of = this.#frame.scope.nodes.get(nodeId)!;
    const { signal } = this.#abort;
    const node = this.#nodeRunOf(of, { run: this.#run, frame: this.#frame, signal });
    const generator = of.type.run(node);
    this.#open.add(generator);
    return generator;
  }

  async #pull(active: Active): Promise<void> {
    const { generator } = active;
    try {
      const result = await generator.next();
      if (result.done) this.#open.delete(generator);
      this.#arrivals.push({ active, result });
    } catch (thrown) {
      this.#open.delete(generator);
      this.#arrivals.push({ active, thrown });
    }
    this.#wake();
  }

  #handle(arrival: Arrival): StepEvent[] {
    const { active } = arrival;
    try {
      if ('thrown' in arrival) throw arrival.thrown;
      if ('again' in arrival) {
        active.isWaiting = false;
        active.generator = this.#begin(active.of.node.id);
        return [];
      }
      if (arrival.result.done) return this.#done(active, arrival.result.value);
      const { nodeChars } = this.#run.options.limits;
      const at = this.#run.at();
      return [eventOf(active, arrival.result.value, { at, within: this.#frame.within, nodeChars })];
    } catch (thrown) {
      const { code, message, retryAfterMs } = SpillwayError.from(thrown);
      return this.#fail(active, {
        code,
        message,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    }
  }

  #done(active: Active, result: NodeResult): StepEvent[] {
    const { failure } = result;
    if (failure) return this.#fail(active, { code: 'node_failed', ...failure }, result);
    const { node, type, config, onFailure } = active.of;
    const branches = type.handles?.(config);
    if (branches && (result.handle === undefined || !branches.includes(result.handle)))
      throw new SpillwayError('node_failed', 'It chose none of its branches.');
    const { pool } = this.#frame;
    for (const { selector, value } of result.sets ?? [])
      pool.write(selector[0], { [selector[1]]: value });
    pool.write(node.id, result.outputs);
    if (type.response) this.#outputs = joined(this.#outputs, result.outputs);
    if (result.said) this.#outputs = joined(this.#outputs, { answer: result.said });
    if (result.isLast) this.#isLast = true;
    const handle = branches
      ? result.handle
      : onFailure.next?.kind === 'branch'
        ? DONE_HANDLE
        : undefined;
    return [...this.#sets(active, result), ...this.#goOn(active, { result, handle })];
  }

  #sets(active: Active, { sets = [] }: NodeResult): StepEvent[] {
    const base = { at: this.#run.at(), ...stepOf(active, this.#frame.within) };
    return sets.map((set) => ({ type: 'variable-set', ...base, ...set }));
  }

  /** The node is over and the flow goes on from it, with a failure that it foresaw or without. */
  #goOn(
    active: Active,
    how: {
      readonly result: NodeResult;
      readonly handle: string | undefined;
      readonly error?: RunError;
    },
  ): StepEvent[] {
    const { result, handle, error } = how;
    const { id } = active.of.node;
    this.#run.spent(result);
    this.#spent = sumSpent(sumSpent(this.#spent, result), result.rounds?.spent ?? {});
    if (error) this.#run.excepted();
    const { ready, skipped } = this.#schedule.finish(id, handle);
    const finish = this.#leave(active, error ? 'exception' : 'succeeded', {
      result,
      ...(handle !== undefined && { handle }),
      ...(error && { error }),
    });
    const { within } = this.#frame;
    const base = { at: this.#run.at(), ...(within && { within }) };
    const skips = skipped.map((nodeId) => ({ type: 'node-skip', ...base, nodeId }) as const);
    return [finish, ...skips, ...this.#launch(ready, id)];
  }

  #fail(
    active: Active,
    { type, ...failure }: RunError & { readonly type?: string },
    result: NodeResult = { outputs: {} },
  ): StepEvent[] {
    const { retries, waitMs, next } = active.of.onFailure;
    const { code, message } = failure;
    const error = { code, message };
    if (active.retries < retries && code !== 'client_closed') {
      active.isWaiting = true;
      active.streamedChars = 0;
      this.#later(waitMs, () => {
        this.#arrivals.push({ active, again: true });
        this.#wake();
      });
      const base = { at: this.#run.at(), ...stepOf(active, this.#frame.within), ...nameOf(active) };
      return [{ type: 'node-retry', ...base, retry: ++active.retries, waitMs, error }];
    }
    if (!next) {
      const name = JSON.stringify(active.of.node.title);
      const text = `Node ${name} failed: ${message}`;
      this.#end({ status: 'failed', error: { ...failure, message: text } });
      return [this.#leave(active, 'failed', { result, error })];
    }
    const told = { error_message: message, error_type: type ?? ERROR_TYPES[code] ?? 'NodeError' };
    const defaults = next.kind === 'defaults' ? next.outputs : {};
    const outputs = { ...result.outputs, ...defaults, ...told };
    this.#frame.pool.write(active.of.node.id, outputs);
    const handle = next.kind === 'branch' ? FAIL_HANDLE : undefined;
    return this.#goOn(active, { result: { ...result, outputs }, handle, error });
  }

  #leave(
    active: Active,
    status: NodeFinish['status'],
    how: {
      readonly result: NodeResult;
      readonly handle?: string;
      readonly error?: RunError;
    },
  ): NodeFinish {
    const { node, type, config } = active.of;
    const { result, ...rest } = how;
    const at = this.#run.at();
    this.#active.delete(node.id);
    const read = type.reads(config).flatMap((selector) => {
      const value = this.#frame.pool.read(selector);
      return value === undefined ? [] : [[`#${selector.join('.')}#`, value] as const];
    });
    return {
      type: 'node-finish',
      at,
      ...stepOf(active, this.#frame.within),
      ...nameOf(active),
      status,
      elapsedMs: at - active.startMs,
      inputs: result.inputs ?? Object.fromEntries(read),
      ...(result.process && { process: result.process }),
      outputs: result.outputs,
      ...(result.usage && { usage: result.usage }),
      ...(result.costNanos !== undefined && { costNanos: result.costNanos }),
      ...(result.rounds && { rounds: result.rounds }),
      ...rest,
    };
  }

  #stopped(): StepEvent[] {
    return [...this.#active.values()].map((active) =>
      this.#leave(active, 'stopped', { result: { outputs: {} } }),
    );
  }

  /** Closes every generator; one that ignores the abort is waited for no longer than the grace. */
  async #close(): Promise<void> {
    if (this.#open.size === 0) return;
    const closed = new AbortController();
    const closing = [...this.#open].map((generator) => generator.return({ outputs: {} }));
    await Promise.race([
      Promise.allSettled(closing).then(() => closed.abort()),
      sleep(this.#run.options.clock, CLOSE_GRACE_MS, closed.signal).catch(() => {}),
    ]);
  }
}

/** As Dify names them, where it does. */
const ERROR_TYPES: Readonly<Partial<Record<RunError['code'], string>>> = {
  timeout: 'TimeoutError',
  rate_limited: 'InvokeRateLimitError',
  unavailable: 'InvokeServerUnavailableError',
  upstream_unreachable: 'InvokeConnectionError',
  upstream_rejected: 'InvokeBadRequestError',
};

const failed = (code: RunError['code'], message: string): Ending => ({
  status: 'failed',
  error: { code, message },
});

const tooLong = (durationMs: number): string =>
  `The run took longer than ${Math.ceil(durationMs) / 1000} s.`;

/** Several response nodes may speak: their texts follow each other as the nodes ended. */
const joined = (
  before: Readonly<Record<string, Json>>,
  after: Readonly<Record<string, Json>>,
): Record<string, Json> => {
  const all: Record<string, Json> = { ...before };
  for (const [name, value] of Object.entries(after)) {
    const old = all[name];
    all[name] =
      name === 'answer' && typeof old === 'string' && typeof value === 'string'
        ? old + value
        : value;
  }
  return all;
};
