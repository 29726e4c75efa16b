import type { Socket } from 'node:net';
import { SpillwayError } from '#core/errors.ts';

export interface DoorLimits {
  /** Connections of clients at once, ≥ 1. */
  readonly most: number;
  /** Of those, from one address. */
  readonly mostPerAddress: number;
  /** Besides, of those turned away: each holds a file until it has gone. Beyond it nobody is waited for. */
  readonly mostLeaving: number;
}

/**
 * Counts the connections of clients and says who may not come in: one address shall not take every
 * place, and clients together not the files that calls upstream need.
 */
export class Doorman {
  readonly #limits: DoorLimits;
  readonly #byAddress = new Map<string, number>();
  readonly #turnedAway = new WeakSet<Socket>();
  #all = 0;
  #leaving = 0;

  constructor(limits: DoorLimits) {
    this.#limits = limits;
  }

  /** Why a connection that has just been opened is turned away; undefined where it may stay. */
  enters(socket: Socket): SpillwayError | undefined {
    const address = socket.remoteAddress ?? '';
    const its = this.#byAddress.get(address) ?? 0;
    const { most, mostPerAddress } = this.#limits;
    if (this.#all >= most || its >= mostPerAddress) {
      this.#turnedAway.add(socket);
      this.#leaving++;
      socket.once('close', () => void this.#leaving--);
      return this.#all >= most ? full(most) : tooMany(mostPerAddress);
    }
    this.#all++;
    this.#byAddress.set(address, its + 1);
    socket.once('close', () => this.#left(address));
    return undefined;
  }

  /** What it had sent by then is nobody's request. */
  hasTurnedAway(socket: Socket): boolean {
    return this.#turnedAway.has(socket);
  }

  /** Whether those who were turned away may read why and close by themselves. */
  get hasPatience(): boolean {
    return this.#leaving <= this.#limits.mostLeaving;
  }

  #left(address: string): void {
    this.#all--;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}

const full = (most: number): SpillwayError =>
  new SpillwayError(
    'unavailable',
    `${most} connections are open, which is all that this process can have; use them again, ` +
      'or raise its limit of open files (ulimit -n) or spillway_settings.limits.connections.',
  );

const tooMany = (most: number): SpillwayError =>
  new SpillwayError(
    'unavailable',
    `${most} connections come from this address; use them again, or raise ` +
      'spillway_settings.limits.connections_per_address.',
  );
