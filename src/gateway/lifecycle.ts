import type { ServerResponse } from 'node:http';
import type { SpillwayError } from '#core/errors.ts';

/** A request that has not had its whole answer. */
export interface UnderWay {
  readonly res: ServerResponse;
  /** Ends it with what its caller shall hear. */
  abort(reason: SpillwayError): void;
}

/** Whether the process goes on taking requests, and those that it has taken. */
export class Lifecycle {
  readonly #underWay = new Set<UnderWay>();
  #isStopping = false;

  get isStopping(): boolean {
    return this.#isStopping;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  began(one: UnderWay): void {
    this.#underWay.add(one);
    if (this.#isStopping) closesAfter(one);
  }

  over(one: UnderWay): void {
    this.#underWay.delete(one);
  }

  /** Probes hear of it from now on, and no answer leaves its connection open for another request. */
  stop(): void {
    this.#isStopping = true;
    for (const one of this.#underWay) closesAfter(one);
  }

  /** What is still under way ends with this. */
  endAll(reason: SpillwayError): void {
    for (const one of this.#underWay) one.abort(reason);
  }
}

/** Says `connection: close`, where the head has not gone yet. */
const closesAfter = ({ res }: UnderWay): void => {
  res.shouldKeepAlive = false;
};
