import type { Part } from '#core/check-schema.ts';
import { isObject, valueAt } from '#core/json.ts';
import { hintFor, servedBy } from '#config/group-name.ts';
import { childOf, findingAt, keyFindingAt, NO_EFFECT, type Report } from '#config/section.ts';

const CHAINS = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'];

/** Fields of a target that LiteLLM takes and that are no part of a request: where it goes, with which key. */
const NOT_OF_THE_BODY =
  /^(?:api_|mock_|litellm_|max_retries$|num_retries$|.*timeout$|base_url$|organization$|custom_llm_provider$|extra_headers$|headers$|metadata$|tags$|cache$|stream$)/;

interface Known {
  /** Groups, patterns and aliases. */
  readonly names: ReadonlySet<string>;
  /** Names and ids of deployments, which clients may call too. */
  readonly deployments: ReadonlySet<string>;
  readonly report: Report;
}

/**
 * Warns of what is odd about fallbacks. Nothing of it is an error: LiteLLM lives with all. Of two
 * sections with the same key the first counts.
 */
export const warnOfFallbacks = (sections: readonly (Part | undefined)[], known: Known): void => {
  const find = (key: string): Part | undefined =>
    sections
      .map((section) => section && childOf(section, key))
      .find((part) => part && part.value !== null);
  for (const key of CHAINS) {
    const chains = find(key);
    if (!chains) continue;
    const links = linksOf(chains);
    for (const link of links) warnOfLink(link, known);
    warnOfCircles(links, known.report);
  }
  const others = find('default_fallbacks');
  if (others) warnOfTargets(others, known);
};

/** One name and those to ask in its place, where they are written. */
interface Link {
  readonly from: string;
  readonly entry: Part;
  readonly targets: Part;
}

const linksOf = (chains: Part): Link[] => {
  const length = Array.isArray(chains.value) ? chains.value.length : 0;
  const entries = Array.from({ length }, (_, i) => childOf(chains, i));
  return entries.flatMap((entry) =>
    Object.keys(entry && isObject(entry.value) ? entry.value : {}).flatMap((from) => {
      const targets = entry && childOf(entry, from);
      return targets ? [{ from, entry, targets }] : [];
    }),
  );
};

const warnOfLink = ({ from, entry, targets }: Link, known: Known): void => {
  const { names, report } = known;
  const isKnown =
    from === '*' ||
    names.has(from) ||
    servedBy(names)(from) ||
    // A name without its vendor holds for the one with it, too.
    [...names].some((name) => name.endsWith(`/${from}`));
  if (!isKnown) {
    const message = `no model has this name, so these are never used${hintFor(from, names)}`;
    report.warn(keyFindingAt(entry, [from], message));
  }
  warnOfTargets(targets, known, from);
};

const warnOfTargets = (list: Part, known: Known, from?: string): void => {
  const { names, deployments, report } = known;
  const isServed = servedBy(names);
  for (const [i, target] of targetNames(list).entries()) {
    if (target === from && from !== undefined)
      report.warn(findingAt(list, [i], 'this falls back to itself; passed over'));
    else if (target !== undefined && !isServed(target) && !deployments.has(target)) {
      const message = `no model has this name; passed over${hintFor(target, names)}`;
      report.warn(findingAt(list, [i], message));
    }
    const item = valueAt(list.value, [i]);
    for (const key of isObject(item) ? Object.keys(item) : [])
      if (NOT_OF_THE_BODY.test(key)) report.warn(keyFindingAt(list, [i, key], NO_EFFECT));
  }
};

const targetNames = ({ value }: Part): (string | undefined)[] =>
  (Array.isArray(value) ? value : []).map((item) => {
    const name = isObject(item) ? item['model'] : item;
    return typeof name === 'string' ? name : undefined;
  });

const warnOfCircles = (links: readonly Link[], report: Report): void => {
  const byName = new Map(links.toReversed().map((link) => [link.from, link]));
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const start = way.indexOf(name);
    if (start >= 0) {
      const first = byName.get(name);
      const message = `these lead in a circle, ${[...way.slice(start), name].join(' → ')}; nobody is asked twice`;
      // Falling back to oneself has been told already.
      if (first && way.length - start > 1) report.warn(keyFindingAt(first.entry, [name], message));
    }
    const link = byName.get(name);
    if (start >= 0 || done.has(name) || !link) return;
    for (const next of targetNames(link.targets))
      if (next !== undefined) visit(next, [...way, name]);
    done.add(name);
  };
  for (const { from } of links) visit(from, []);
};
