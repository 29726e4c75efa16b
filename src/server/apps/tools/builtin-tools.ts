import type { Clock } from '#core/clock.ts';
import { SpillwayError } from '#core/errors.ts';
import { isObject, type Json, type JsonObject, own } from '#core/json.ts';
import type { FlowTool, ToolAnswer } from '#flow/ports.ts';

export interface BuiltinTool extends FlowTool {
  run(inputs: JsonObject): ToolAnswer;
}

const textIn = (inputs: JsonObject, name: string, otherwise = ''): string => {
  const value = own(inputs, name);
  return typeof value === 'string' && value !== '' ? value : otherwise;
};

const said = (text: string, json: readonly Json[] = []): ToolAnswer => ({ text, json, files: [] });

const wrong = (message: string): SpillwayError => new SpillwayError('node_failed', message);

const ofText = (
  properties: Readonly<Record<string, string>>,
  required: string[] = [],
): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, description]) => [
      name,
      { type: 'string', description },
    ]),
  ),
  required,
});

/** Python's `strftime`, as far as dates are written with it. */
const formatTime = (format: string, at: Date, timeZone: string): string => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    weekday: 'long',
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace(/^GMT/, '').replace(':', '') || '+0000';
  const month = new Intl.DateTimeFormat('en-US', { timeZone, month: 'long' }).format(at);
  const values: Readonly<Record<string, string>> = {
    Y: part('year'),
    m: part('month'),
    d: part('day'),
    H: part('hour'),
    M: part('minute'),
    S: part('second'),
    y: part('year').slice(-2),
    A: part('weekday'),
    a: part('weekday').slice(0, 3),
    B: month,
    b: month.slice(0, 3),
    Z: timeZone,
    z: offset,
    f: String(at.getMilliseconds()).padStart(3, '0').padEnd(6, '0'),
    '%': '%',
  };
  return format.replaceAll(/%([a-zA-Z%])/g, (whole, letter: string) => values[letter] ?? whole);
};

const zoneIn = (inputs: JsonObject, name = 'timezone'): string => {
  const zone = textIn(inputs, name, 'UTC');
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw wrong(`There is no time zone ${JSON.stringify(zone.slice(0, 60))}.`);
  }
};

const timeTools = (clock: Clock): Readonly<Record<string, BuiltinTool>> => ({
  current_time: {
    name: 'current_time',
    description: 'The current date and time.',
    schema: ofText({
      format: 'How to write it, as strftime does: %Y-%m-%d %H:%M:%S',
      timezone: 'UTC, Asia/Tokyo, …',
    }),
    run: (inputs) =>
      said(
        formatTime(
          textIn(inputs, 'format', '%Y-%m-%d %H:%M:%S'),
          new Date(clock.wall()),
          zoneIn(inputs),
        ),
      ),
  },
  localtime_to_timestamp: {
    name: 'localtime_to_timestamp',
    description: 'A local date and time as seconds since 1970.',
    schema: ofText({ localtime: '2024-01-31 12:00:00', timezone: 'UTC, Asia/Tokyo, …' }, [
      'localtime',
    ]),
    run(inputs) {
      const zone = zoneIn(inputs);
      const match = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?$/.exec(
        textIn(inputs, 'localtime').trim(),
      );
      if (!match) throw wrong('`localtime` must be written as 2024-01-31 12:00:00.');
      const [year, month, day, hour, minute, second = 0] = match
        .slice(1)
        .map((n) => Number(n ?? 0));
      const asUtc = Date.UTC(year!, month! - 1, day, hour, minute, second);
      const offset = /([-+]\d\d)(\d\d)/.exec(formatTime('%z', new Date(asUtc), zone)) ?? [
        '',
        '0',
        '0',
      ];
      const minutes =
        Number(offset[1]) * 60 + Math.sign(Number(offset[1]) || 1) * Number(offset[2]);
      return said(String(Math.floor(asUtc / 1000) - minutes * 60));
    },
  },
  timestamp_to_localtime: {
    name: 'timestamp_to_localtime',
    description: 'Seconds since 1970 as a local date and time.',
    schema: ofText({ timestamp: '1700000000', timezone: 'UTC, Asia/Tokyo, …' }, ['timestamp']),
    run(inputs) {
      const at = Number(own(inputs, 'timestamp'));
      if (!Number.isFinite(at)) throw wrong('`timestamp` must be a number of seconds.');
      return said(formatTime('%Y-%m-%d %H:%M:%S', new Date(at * 1000), zoneIn(inputs)));
    },
  },
  weekday: {
    name: 'weekday',
    description: 'The day of the week of a date.',
    schema: ofText({ year: '2024', month: '1', day: '31' }, ['year', 'month', 'day']),
    run(inputs) {
      const [year, month, day] = ['year', 'month', 'day'].map((name) => Number(own(inputs, name)));
      const at = new Date(Date.UTC(year!, month! - 1, day));
      if (Number.isNaN(at.getTime())) throw wrong('This is no date.');
      return said(formatTime('%A', at, 'UTC'));
    },
  },
});

/** `a.b[0].c`, with `$.` before it or without. */
const pathOf = (text: string): string[] =>
  text
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter((part) => part !== '');

const parsed = (inputs: JsonObject): Json => {
  const content = own(inputs, 'content');
  if (typeof content !== 'string') return content ?? null;
  try {
    return JSON.parse(content) as Json;
  } catch {
    throw wrong('`content` is no JSON.');
  }
};

const shown = (value: Json, inputs: JsonObject): ToolAnswer =>
  said(
    typeof value === 'string' ? value : escaped(JSON.stringify(value), inputs),
    isObject(value) || Array.isArray(value) ? [value] : [],
  );

const escaped = (text: string, inputs: JsonObject): string =>
  own(inputs, 'ensure_ascii') === true
    ? text.replaceAll(
        /[\u007f-\uffff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    : text;

const stepInto = (value: Json, part: string): Json | undefined => {
  if (Array.isArray(value)) return value[Number(part)];
  return isObject(value) ? own(value, part) : undefined;
};

/** A copy in which something is changed at a path; as it was where the path leads nowhere. */
const changedAt = (
  value: Json,
  [part, ...rest]: readonly string[],
  change: (parent: Json, part: string) => Json,
): Json => {
  if (part === undefined) return value;
  if (rest.length === 0) return change(value, part);
  const inner = stepInto(value, part);
  if (inner === undefined) return value;
  return replaced(value, part, changedAt(inner, rest, change));
};

const replaced = (parent: Json, part: string, value: Json): Json => {
  if (Array.isArray(parent)) return parent.with(Number(part), value);
  return isObject(parent) ? { ...parent, [part]: value } : parent;
};

const JSON_SCHEMA = ofText(
  { content: 'The JSON text.', json_filter: 'Where in it: a.b[0].c', query: 'Where in it.' },
  ['content'],
);

const whereIn = (inputs: JsonObject): string[] =>
  pathOf(textIn(inputs, 'json_filter') || textIn(inputs, 'query'));

const jsonTools: Readonly<Record<string, BuiltinTool>> = {
  json_parse: {
    name: 'json_parse',
    description: 'A piece of a JSON text.',
    schema: JSON_SCHEMA,
    run(inputs) {
      let value: Json | undefined = parsed(inputs);
      for (const part of whereIn(inputs))
        value = value === undefined ? value : stepInto(value, part);
      return value === undefined ? said('') : shown(value, inputs);
    },
  },
  json_delete: {
    name: 'json_delete',
    description: 'A JSON text without a piece of it.',
    schema: JSON_SCHEMA,
    run: (inputs) =>
      shown(
        changedAt(parsed(inputs), whereIn(inputs), (parent, part) => {
          if (Array.isArray(parent)) return parent.toSpliced(Number(part), 1);
          if (!isObject(parent)) return parent;
          return Object.fromEntries(Object.entries(parent).filter(([key]) => key !== part));
        }),
        inputs,
      ),
  },
  json_insert: {
    name: 'json_insert',
    description: 'A JSON text with something more at a place.',
    schema: JSON_SCHEMA,
    run: (inputs) => shown(changedAt(parsed(inputs), whereIn(inputs), setTo(inputs)), inputs),
  },
  json_replace: {
    name: 'json_replace',
    description: 'A JSON text with something else at a place.',
    schema: JSON_SCHEMA,
    run: (inputs) => shown(changedAt(parsed(inputs), whereIn(inputs), setTo(inputs)), inputs),
  },
};

const setTo =
  (inputs: JsonObject) =>
  (parent: Json, part: string): Json => {
    const given = textIn(inputs, 'new_value') || textIn(inputs, 'replace_value');
    let value: Json = given;
    try {
      value = JSON.parse(given) as Json;
    } catch {
      // A text that is no JSON is itself.
    }
    return replaced(parent, part, value);
  };

/** The tools that are here without being brought along, by provider and name. */
export const builtinTools = (
  clock: Clock,
): Readonly<Record<string, Readonly<Record<string, BuiltinTool>>>> => ({
  time: timeTools(clock),
  json_process: jsonTools,
});
