import { getHeapStatistics } from 'node:v8';
import type { Clock } from '#core/clock.ts';
import type { Log } from '#core/log.ts';
import type { MemoryPressure } from '#core/memory-pressure.ts';

const EVERY_MS = 1_000;
/** Of all that the heap may hold. */
const SOME = 0.85;
const MUCH = 0.92;

export interface HeapWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** How full the heap is, 0 to 1; V8's own word where absent. */
  readonly fullness?: () => number;
}

/** Looks once a second how full the heap is, and says so when that begins and when it is over. */
export class HeapWatch {
  readonly #deps: Required<HeapWatchDeps>;
  #pressure: MemoryPressure = 'none';
  #cancel = (): void => {};

  constructor(deps: HeapWatchDeps) {
    this.#deps = { fullness, ...deps };
    this.#next();
  }

  get pressure(): MemoryPressure {
    return this.#pressure;
  }

  end(): void {
    this.#cancel();
  }

  #next(): void {
    this.#cancel = this.#deps.clock.after(EVERY_MS, () => {
      this.#look();
      this.#next();
    });
  }

  #look(): void {
    const { fullness: read, log } = this.#deps;
    const full = read();
    const pressure = full >= MUCH ? 'much' : full >= SOME ? 'some' : 'none';
    if (pressure === this.#pressure) return;
    this.#pressure = pressure;
    const percent = Math.round(full * 100);
    if (pressure === 'none') log.info({ percent }, 'there is memory enough again');
    else log.warn({ percent }, TOLD[pressure]);
  }
}

const TOLD = {
  some: 'memory runs short: batch requests do not wait in line any more; give it more with NODE_OPTIONS=--max-old-space-size',
  much: 'memory is nearly full: nobody waits in line any more, and large bodies are refused',
};

const fullness = (): number => {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
};

/** All that it may hold. */
export const heapBytes = (): number => getHeapStatistics().heap_size_limit;
