import { costNanos, type Member } from '#balancer/member.ts';
import type { ErrorCode } from '#core/errors.ts';
import type { TrafficRequest } from '#plan/traffic.ts';

/** What one deployment has done. */
export interface DeploymentUse {
  requests: number;
  inputTokens: number;
  outputTokens: number;
  /** Of those requests that had a price. */
  nanos: number;
  unpriced: number;
}

/** What became of the requests of one group. */
export interface GroupUse {
  requests: number;
  served: number;
  /** How long each that was served stood in line, ms. */
  readonly waitsMs: number[];
  readonly refused: Map<ErrorCode, number>;
}

/** What became of the requests of a replay. */
export class Tally {
  readonly members: readonly Member[];
  readonly spanMs: number;
  readonly deployments: ReadonlyMap<string, DeploymentUse>;
  readonly groups = new Map<string, GroupUse>();
  /** Requests for models that the config does not have, by their names. */
  readonly unknownModels = new Map<string, number>();
  readonly #members: ReadonlyMap<string, Member>;

  constructor(members: readonly Member[], requests: readonly TrafficRequest[]) {
    this.members = members;
    this.#members = new Map(members.map((member) => [member.name, member]));
    this.deployments = new Map(members.map(({ name }) => [name, unused()]));
    this.spanMs = (requests.at(-1)?.wallMs ?? 0) - (requests[0]?.wallMs ?? 0);
  }

  served(request: TrafficRequest, by: { deployment: string; queueMs: number }): void {
    const group = this.#group(request);
    group.served++;
    group.waitsMs.push(by.queueMs);
    const use = this.deployments.get(by.deployment);
    const member = this.#members.get(by.deployment);
    if (!use || !member) throw new Error(`There is no deployment named ${by.deployment}.`);
    const { inputTokens, outputTokens, maxOutputTokens } = request;
    use.requests++;
    use.inputTokens += inputTokens;
    use.outputTokens += outputTokens;
    const size = {
      inputTokens,
      expectedOutputTokens: outputTokens,
      choices: 1,
      ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    };
    if (member.price) use.nanos += costNanos(member.price, size);
    else use.unpriced++;
  }

  refused(request: TrafficRequest, code: ErrorCode): void {
    const { refused } = this.#group(request);
    refused.set(code, (refused.get(code) ?? 0) + 1);
  }

  unknown({ model }: TrafficRequest): void {
    this.unknownModels.set(model, (this.unknownModels.get(model) ?? 0) + 1);
  }

  #group({ model }: TrafficRequest): GroupUse {
    let group = this.groups.get(model);
    if (!group) {
      group = { requests: 0, served: 0, waitsMs: [], refused: new Map() };
      this.groups.set(model, group);
    }
    group.requests++;
    return group;
  }
}

const unused = (): DeploymentUse => ({
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  nanos: 0,
  unpriced: 0,
});
