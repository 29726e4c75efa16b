import type { Lease } from '#balancer/admit.ts';
import type { Row } from '#balancer/eligible.ts';

/** What the config says of a deployment, as far as a balance is concerned. */
export interface Member {
  readonly name: string;
  readonly group: string;
  readonly weight?: number;
  readonly rpm?: number;
  readonly tpm?: number;
}

/** All that changes about deployments. Its leases are the only way in which it changes. */
export class Pool {
  readonly #groups = new Map<string, Member[]>();
  readonly #inFlight = new Map<string, number>();

  constructor(members: readonly Member[]) {
    for (const member of members) {
      const group = this.#groups.get(member.group);
      if (group) group.push(member);
      else this.#groups.set(member.group, [member]);
      this.#inFlight.set(member.name, 0);
    }
  }

  /** The group's deployments as they are now; empty for a group that does not exist. */
  rows(group: string): Row[] {
    const members = this.#groups.get(group) ?? [];
    return members.map((member) => ({
      ...member,
      inFlight: this.#inFlight.get(member.name)!,
      quota: [],
      minute: { requests: 0, tokens: 0 },
      runCalls: 0,
      cachedTokens: 0,
      waitMs: 0,
    }));
  }

  lease(name: string): Lease {
    this.#add(name, 1);
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      this.#add(name, -1);
    };
    return { deployment: name, done: end, failed: end, abandoned: end };
  }

  #add(name: string, calls: number): void {
    this.#inFlight.set(name, (this.#inFlight.get(name) ?? 0) + calls);
  }
}
