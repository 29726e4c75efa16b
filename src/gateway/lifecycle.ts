import type { ServerResponse } from 'node:http';
import type { SpillwayError } from '#core/errors.ts';

/** A request that has not had its whole answer. */
export interface UnderWay {
  readonly res: ServerResponse;
  /** Where it stands among all; -1 while it is not one of them. */
  place: number;
  /** Ends it with what its caller shall hear. */
  abort(reason: SpillwayError): void;
}

/** Whether the process goes on taking requests, and those that it has taken. */
export class Lifecycle {
  /**
   * Not a set: one that is added to and taken from without end leaves tables behind, each of which
   * holds the next one, and with it requests long over, until all that is old is collected.
   */
  readonly #underWay: UnderWay[] = [];
  #isStopping = false;

  get isStopping(): boolean {
    return this.#isStopping;
  }

  get underWay(): number {
    return this.#underWay.length;
  }

  began(one: UnderWay): void {
    one.place = this.#underWay.push(one) - 1;
    if (this.#isStopping) closesAfter(one);
  }

  over(one: UnderWay): void {
    const last = this.#underWay.at(-1);
    if (one.place < 0 || !last) return;
    this.#underWay[one.place] = last;
    last.place = one.place;
    this.#underWay.pop();
    one.place = -1;
  }

  /** Probes hear of it from now on, and no answer leaves its connection open for another request. */
  stop(): void {
    this.#isStopping = true;
    for (const one of this.#underWay) closesAfter(one);
  }

  /** What is still under way ends with this. */
  endAll(reason: SpillwayError): void {
    // Each leaves its place as it ends.
    for (const one of this.#underWay.slice()) one.abort(reason);
  }
}

/** Says `connection: close`, where the head has not gone yet. */
const closesAfter = ({ res }: UnderWay): void => {
  res.shouldKeepAlive = false;
};
