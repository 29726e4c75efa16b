import { effectOf, type FailureKind } from '#balancer/classify.ts';
import type { RowHealth } from '#balancer/eligible.ts';
import type { Member } from '#balancer/member.ts';
import { Outlier, type OutlierCall, type OutlierRules } from '#balancer/outlier.ts';
import { type KeyCall, RefusedKey } from '#balancer/refused-key.ts';
import type { Clock } from '#core/clock.ts';
import type { Random } from '#core/random.ts';

/** What operators should hear of. */
export type HealthNews =
  | { readonly what: 'ejected'; readonly deployment: string; readonly forMs: number }
  | {
      readonly what: 'host-ejected';
      readonly host: string;
      readonly deployments: readonly string[];
    }
  | { readonly what: 'returned'; readonly deployment: string }
  /** Said once, until it was accepted again. */
  | { readonly what: 'key-refused'; readonly deployments: readonly string[] }
  | { readonly what: 'key-accepted'; readonly deployments: readonly string[] }
  /** Somebody has to pay. */
  | { readonly what: 'unpaid'; readonly deployment: string };

export interface HealthDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** What the config says of one deployment; undefined where nobody is to be left out for failures. */
  rules(deployment: string): OutlierRules | undefined;
  readonly report: (news: HealthNews) => void;
}

/** One call of a deployment. It is answered at most once and ends at most once. */
export interface HealthCall {
  readonly deployment: string;
  readonly call: OutlierCall & KeyCall;
}

/** So many models of one host must be out before the host itself is. */
const HOST_MODELS = 3;
/** A key that may not do something is refused when this has happened to so many calls in a row. */
const FORBIDDEN = 3;
const UNPAID_MS = 3_600_000;

/** What is known of one deployment. */
interface Patient {
  readonly member: Member;
  readonly outlier: Outlier;
  /** Its credential, then its credential for this model. */
  readonly keys: readonly [RefusedKey, RefusedKey];
  unpaidAt: number;
}

/**
 * How deployments have answered of late, apart from their limits: who fails is left out for a while,
 * and so is who is refused. Whether nobody else is left is decided by whoever chooses.
 */
export class Health {
  readonly #deps: HealthDeps;
  readonly #patients = new Map<string, Patient>();

  constructor(members: readonly Member[], deps: HealthDeps) {
    this.#deps = deps;
    this.take(members);
  }

  /** From now on these are all there are. Of one that is the same as before all that is known holds on. */
  take(members: readonly Member[]): void {
    const left = new Set(members);
    const credentials = new Map<string, RefusedKey>();
    for (const [name, { member, keys }] of this.#patients) {
      credentials.set(member.credential ?? name, keys[0]);
      if (!left.has(member)) this.#patients.delete(name);
    }
    for (const member of members) {
      const rules = this.#deps.rules(member.name);
      if (!rules || this.#patients.has(member.name)) continue;
      const { name, credential = name } = member;
      const key = credentials.get(credential) ?? new RefusedKey(1);
      credentials.set(credential, key);
      this.#patients.set(name, {
        member,
        outlier: new Outlier(rules, this.#deps.random),
        keys: [key, new RefusedKey(FORBIDDEN)],
        unpaidAt: -Infinity,
      });
    }
  }

  /** Undefined where nobody is left out. */
  started(deployment: string, now = this.#deps.clock.now()): HealthCall | undefined {
    const patient = this.#patients.get(deployment);
    if (!patient) return undefined;
    const call = patient.outlier.started(now);
    for (const key of patient.keys) key.started(call, now);
    return { deployment, call };
  }

  /** Its first content has come. True when that lets somebody in who was left out. */
  answered({ deployment, call }: HealthCall, now = this.#deps.clock.now()): boolean {
    const patient = this.#patients.get(deployment);
    if (!patient) return false;
    const { report } = this.#deps;
    let isAccepted = false;
    for (const key of patient.keys) {
      if (!key.accepted(call)) continue;
      isAccepted = true;
      report({ what: 'key-accepted', deployments: this.#with(key) });
    }
    const isBack = patient.outlier.answered(call, now);
    if (isBack) report({ what: 'returned', deployment });
    return isBack || isAccepted;
  }

  failed(its: HealthCall, kind: FailureKind): void {
    const { deployment, call } = its;
    const patient = this.#patients.get(deployment);
    if (!patient) return;
    const now = this.#deps.clock.now();
    const { health, word } = effectOf(kind);
    if (kind === 'ramp') patient.outlier.slowDown(now);
    if (kind === 'money') this.#unpaid(patient, now);
    if (health === 'none') return this.dropped(its);
    if (health === 'refused') {
      const key = patient.keys[kind === 'auth' ? 0 : 1];
      if (key.refused(call, now))
        this.#deps.report({ what: 'key-refused', deployments: this.#with(key) });
      return this.dropped(its);
    }
    const forMs = patient.outlier.failed(call, word, now);
    this.#dropKeys(patient, call);
    if (forMs === undefined) return;
    this.#deps.report({ what: 'ejected', deployment, forMs });
    this.#judgeHost(patient.member.host, now);
  }

  /** It ended without saying anything of health. */
  dropped({ deployment, call }: HealthCall): void {
    const patient = this.#patients.get(deployment);
    if (!patient) return;
    patient.outlier.dropped(call);
    this.#dropKeys(patient, call);
  }

  /** A deployment has another key: what was said of the old one holds no longer. */
  renewed(deployment: string): void {
    for (const key of this.#patients.get(deployment)?.keys ?? []) key.renewed();
  }

  /** Undefined while it is well. */
  view(deployment: string, now = this.#deps.clock.now()): RowHealth | undefined {
    const patient = this.#patients.get(deployment);
    if (!patient) return undefined;
    const [credential, own] = patient.keys;
    return credential.view(now) ?? own.view(now) ?? patient.outlier.view(now);
  }

  #dropKeys({ keys }: Patient, call: KeyCall): void {
    for (const key of keys) key.dropped(call);
  }

  #with(key: RefusedKey): string[] {
    return [...this.#patients.values()]
      .filter(({ keys }) => keys.includes(key))
      .map(({ member }) => member.name);
  }

  #unpaid(patient: Patient, now: number): void {
    if (now - patient.unpaidAt < UNPAID_MS) return;
    patient.unpaidAt = now;
    this.#deps.report({ what: 'unpaid', deployment: patient.member.name });
  }

  /** Several models of a host do not fail for reasons of their own: the others are left out with them. */
  #judgeHost(host: string | undefined, now: number): void {
    if (host === undefined) return;
    const its = [...this.#patients.values()].filter(({ member }) => member.host === host);
    const out = its.filter(({ outlier }) => outlier.isEjected);
    const models = new Set(out.map(({ member }) => member.model));
    const others = its.filter(({ outlier }) => !outlier.isEjected);
    if (models.size < HOST_MODELS || others.length === 0) return;
    const ejected = others.filter(({ outlier }) => outlier.eject(now) !== undefined);
    const deployments = ejected.map(({ member }) => member.name);
    if (deployments.length > 0) this.#deps.report({ what: 'host-ejected', host, deployments });
  }
}
