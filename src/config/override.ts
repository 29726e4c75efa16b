import { SpillwayError } from '#core/errors.ts';
import type { Path } from '#core/finding.ts';
import { isObject, type Json, type JsonObject, own, setOwn } from '#core/json.ts';
import { readYaml } from '#core/yaml.ts';

/** A value that stands in place of what a config says, or beside it. */
export interface Override {
  readonly path: Path;
  readonly value: Json;
}

/** A word without dots, or any text in quotes. */
const PART = /\.?(?:"([^"]*)"|'([^']*)'|([^."'=]+))/y;

/**
 * `path=value`: `router_settings.routing_strategy=least-busy`, `model_list.0.litellm_params.tpm=60000`,
 * `spillway_settings.queue.groups."gpt-4.1".wait_s=5`. The value is read as the config's own are.
 * Throws SpillwayError `config_invalid`.
 */
export const parseOverride = (text: string): Override => {
  const path: (string | number)[] = [];
  let at = 0;
  while (at < text.length && text[at] !== '=') {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (!match || (at === 0) === match[0].startsWith('.')) throw malformed(text);
    const [, double, single, word] = match;
    path.push(
      word !== undefined && /^\d+$/.test(word) ? Number(word) : (double ?? single ?? word!),
    );
    at = PART.lastIndex;
  }
  if (path.length === 0 || text[at] !== '=') throw malformed(text);
  return { path, value: readYaml(text.slice(at + 1), text).value };
};

const malformed = (text: string): SpillwayError =>
  new SpillwayError(
    'config_invalid',
    `${text}: expected path=value, such as router_settings.routing_strategy=least-busy; a name with ` +
      'dots in it stands in quotes: spillway_settings.queue.groups."gpt-4.1".wait_s=5.',
  );

/** The value with this one in its place. Throws SpillwayError `config_invalid` where there is no such place. */
export const override = (value: Json, { path, value: put }: Override): Json => {
  const [part, ...rest] = path;
  if (part === undefined) return put;
  const within = { path: rest, value: put };
  if (Array.isArray(value)) {
    const item = typeof part === 'number' ? value[part] : undefined;
    if (item === undefined)
      throw new SpillwayError(
        'config_invalid',
        `${path.join('.')}: expected the place of an item, 0 to ${value.length - 1}, found ${part}.`,
      );
    return value.map((each, i) => (i === part ? override(item, within) : each));
  }
  const key = String(part);
  const map: JsonObject = isObject(value) ? { ...value } : {};
  setOwn(map, key, override(own(map, key) ?? null, within));
  return map;
};
