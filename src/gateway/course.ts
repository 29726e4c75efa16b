import type { Demand } from '#balancer/estimate.ts';
import type { JsonObject } from '#core/json.ts';
import type { Writable } from '#core/writable.ts';
import { vendorBody } from '#gateway/control-fields.ts';
import { demandOf } from '#gateway/demand.ts';
import {
  type FallbackRules,
  type FallbackTarget,
  type LookUpNames,
  filteredFails,
  keyOf,
  targetsFor,
} from '#gateway/fallbacks.ts';
import type { Groups, Resolved } from '#gateway/groups.ts';

/** What a request is put to at one go: a group, with those that may take it while that is out of quota. */
export interface Course {
  /** The group, then its stand-ins. */
  readonly groups: readonly [string, ...string[]];
  /** The nearest first. */
  readonly standIns: readonly StandIn[];
  /** The only deployment that may serve it, because it was called by its own name. */
  readonly pinned?: string;
  /** By deployment: the model to ask for, where the caller's name for it decides that. */
  readonly models?: ReadonlyMap<string, string>;
  readonly names: LookUpNames;
  /** An answer that its vendor's filter has cut is a failure. */
  readonly filteredFails: boolean;
  /** The caller's body with what is other for this group. */
  readonly asked: JsonObject;
  /** How large that looks: to whoever pays for it, and to whoever takes it. */
  readonly demand: Demand;
  /** The same as vendors may see it. */
  readonly body: JsonObject;
}

/** What a deployment's vendor calls the model. */
export const modelAt = (
  { name, model }: { readonly name: string; readonly model: string },
  { models }: { readonly models?: Course['models'] | undefined },
): string => models?.get(name) ?? model;

/** A group that takes the same request as it is. */
export interface StandIn {
  readonly target: FallbackTarget;
  readonly to: Resolved;
  readonly names: LookUpNames;
}

export interface CourseDeps {
  /** The caller's. */
  readonly body: JsonObject;
  /** Its `metadata` is for the vendor. */
  readonly ownsMetadata?: boolean | undefined;
  readonly groups: Groups;
  readonly rules: FallbackRules;
}

/** Where a request stands in its fallbacks. */
export interface Whereabouts {
  /** Those that would be asked after the target and its own. */
  readonly behind: readonly FallbackTarget[];
  /** The targets that have been asked, by their keys. */
  readonly asked: ReadonlySet<string>;
}

/** Of a target that is asked for the same. */
export const NO_PARAMS: JsonObject = {};

const NOBODY: readonly StandIn[] = [];
const START: Whereabouts = { behind: [], asked: new Set() };

/** Throws SpillwayError `unknown_model` where nobody has the target's name. */
export const courseTo = (
  { model, params }: FallbackTarget,
  deps: CourseDeps,
  where: Whereabouts = START,
): Course => {
  const to = deps.groups.resolve(model);
  const own: Course['groups'] = [to.group];
  const names = model === to.group ? own : namesOf(model, to);
  const standIns = to.pinned === undefined ? standInsOf({ to, names }, deps, where) : NOBODY;
  const models =
    standIns.length === 0 ? to.models : modelsOf([to, ...standIns.map((standIn) => standIn.to)]);
  const asked = changed(deps.body, params);
  const course: Writable<Course> = {
    groups: standIns.length === 0 ? own : [to.group, ...standIns.map(groupOf)],
    standIns,
    names,
    filteredFails: filteredFails(deps.rules, names),
    asked,
    demand: demandOf(asked),
    body: vendorBody(asked, deps.ownsMetadata),
  };
  if (to.pinned !== undefined) course.pinned = to.pinned;
  if (models) course.models = models;
  return course;
};

const groupOf = ({ to }: StandIn): string => to.group;

const namesOf = (model: string, { group }: Resolved): LookUpNames =>
  model === group ? [model] : [model, group];

/** Fields that decide how the answer comes back: no fallback changes them. */
const KEPT = ['stream', 'stream_options'];

/** The body with other values in some fields. */
const changed = (body: JsonObject, params: JsonObject): JsonObject => {
  if (params === NO_PARAMS) return body;
  const fields = Object.entries(params).filter(([field]) => !KEPT.includes(field));
  if (fields.length === 0) return body;
  // `fromEntries` defines: a key named `__proto__` stays plain data.
  return Object.fromEntries([...Object.entries(body), ...fields]);
};

/**
 * The groups that may take it at once, in the order in which they would be asked after a failure. One
 * that needs another body is asked after a failure only, and so are those behind it in its list.
 */
const standInsOf = (
  first: { readonly to: Resolved; readonly names: LookUpNames },
  deps: CourseDeps,
  where: Whereabouts,
): readonly StandIn[] => {
  const { rules } = deps;
  const own = rules.most > 0 ? targetsFor(rules, first.names, 'any') : NO_TARGETS;
  const hasNone = own.length === 0 && where.behind.length === 0;
  return hasNone ? NOBODY : foundIn([own, where.behind], first, { ...deps, ...where });
};

const NO_TARGETS: readonly FallbackTarget[] = [];

const foundIn = (
  lists: readonly (readonly FallbackTarget[])[],
  first: { readonly to: Resolved },
  { groups, rules, asked }: Pick<CourseDeps, 'groups' | 'rules'> & Pick<Whereabouts, 'asked'>,
): readonly StandIn[] => {
  const seen = new Set([first.to.group]);
  const found: StandIn[] = [];
  const visit = (targets: readonly FallbackTarget[]): void => {
    for (const target of targets) {
      const to = groups.find(target.model);
      if (!to || seen.has(to.group) || asked.has(keyOf(target))) continue;
      if (to.pinned !== undefined || Object.keys(target.params).length > 0) return;
      seen.add(to.group);
      const names = namesOf(target.model, to);
      found.push({ target, to, names });
      if (found.length < rules.most) visit(targetsFor(rules, names, 'any'));
    }
  };
  for (const targets of lists) visit(targets);
  return found;
};

const modelsOf = (all: readonly Resolved[]): ReadonlyMap<string, string> | undefined => {
  const maps = all.flatMap(({ models }) => (models ? [models] : []));
  return maps.length < 2 ? maps[0] : new Map(maps.flatMap((map) => [...map]));
};
