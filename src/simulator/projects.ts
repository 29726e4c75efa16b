import type { Bucket } from '#simulator/bucket.ts';
import type { SimulatorConfig } from '#simulator/config.ts';
import { statedLimits } from '#simulator/config/limits.ts';
import { createBuckets } from '#simulator/limiter.ts';
import { defaultProfile } from '#simulator/profiles/index.ts';
import { Project } from '#simulator/project.ts';

/** The name that all projects answer with while they share limits. */
const SHARED_ORGANISATION = 'org-simulator';

/**
 * The projects of a config, by their keys, with full buckets and empty logs. `wallAtZeroMs` is the
 * Unix epoch time at zero of the clock that charges come with. Without limits that they share, each
 * project is an organisation of its own: an equal name means equal limits.
 */
export const createProjects = (config: SimulatorConfig, wallAtZeroMs = 0): Map<string, Project> => {
  const { profile: byDefault = defaultProfile, organisation } = config;
  const limits = statedLimits('organisation', organisation, byDefault);
  const models = new Set(config.projects.flatMap((project) => project.models));
  const drain = { hiddenLoad: organisation.hiddenLoad ?? 0, wallAtZeroMs };
  const shared = new Map<string, readonly Bucket[]>(
    [...models].map((model) => [model, createBuckets(limits, drain)]),
  );
  return new Map(
    config.projects.map((project) => [
      project.key,
      new Project(project, {
        shared,
        organisation: limits.length > 0 ? SHARED_ORGANISATION : `org-${project.id}`,
        profile: project.profile ?? byDefault,
        wallAtZeroMs,
      }),
    ]),
  );
};
