import type { Demand } from '#balancer/estimate.ts';
import { type Json, type JsonObject, isObject, own } from '#core/json.ts';
import type { Writable } from '#core/writable.ts';

/** Fields that hold what a model reads: texts in them count, all else in a body does not. */
export const READ_FIELDS = [
  'messages',
  'tools',
  'functions',
  'input',
  'prompt',
  'system',
  'query',
  'documents',
  'instructions',
  'response_format',
  'contents',
  'content',
  'requests',
  'systemInstruction',
  'system_instruction',
];
const READ: ReadonlySet<string> = new Set(READ_FIELDS);
/** Fields that bound an answer, the newer first. */
const BOUND_FIELDS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];
/** Some dialects keep their settings together, under either form of the name. */
const SETTINGS_FIELDS = ['generationConfig', 'generation_config'];
const BOUND_SETTINGS = ['maxOutputTokens', 'max_output_tokens'];
const CHOICE_SETTINGS = ['candidateCount', 'candidate_count'];
/** Fields that may say anything of the answer: most requests have none of them. */
const BOUNDING: ReadonlySet<string> = new Set([...BOUND_FIELDS, ...SETTINGS_FIELDS, 'n']);
/** So many characters of a text are looked at, at most, to tell its script. */
const SAMPLED = 256;
/** Pictures and sounds come as texts that are no texts. */
const DATA_URL = /^data:[\w.+-]+\/[\w.+-]+[;,]/;
const DATA_FIELDS: ReadonlySet<string> = new Set(['data', 'file_data', 'b64_json']);
const MOST_CHOICES = 128;

interface Counts {
  ascii: number;
  marks: number;
  wide: number;
  images: number;
}

/** How large a request looks, in one pass over its texts. Depth was bounded when it was parsed. */
export const demandOf = (body: JsonObject): Demand => {
  const counts: Counts = { ascii: 0, wide: 0, marks: 0, images: 0 };
  let isPlain = true;
  for (const field in body)
    if (READ.has(field)) count(body[field]!, counts);
    else if (BOUNDING.has(field)) isPlain = false;
  const { ascii, wide, marks, images } = counts;
  if (isPlain) return { ascii, wide, marks, images, choices: 1 };
  const demand: Writable<Demand> = { ascii, wide, marks, images, choices: choicesOf(body) };
  const maxOutputTokens = boundOf(body);
  if (maxOutputTokens !== undefined) demand.maxOutputTokens = maxOutputTokens;
  return demand;
};

/** Answers asked for. */
export const choicesOf = (body: JsonObject): number => {
  const choices = own(body, 'n') ?? settingOf(body, CHOICE_SETTINGS);
  return typeof choices === 'number' && choices >= 1
    ? Math.min(Math.floor(choices), MOST_CHOICES)
    : 1;
};

const boundOf = (body: JsonObject): number | undefined => {
  for (const field of BOUND_FIELDS) {
    const value = own(body, field);
    if (isBound(value)) return Math.floor(value);
  }
  const value = settingOf(body, BOUND_SETTINGS);
  return isBound(value) ? Math.floor(value) : undefined;
};

const isBound = (value: Json | undefined): value is number =>
  typeof value === 'number' && value >= 1 && value <= Number.MAX_SAFE_INTEGER;

const settingOf = (body: JsonObject, names: readonly string[]): Json | undefined => {
  for (const field of SETTINGS_FIELDS) {
    const settings = own(body, field);
    if (!isObject(settings)) continue;
    for (const name of names) {
      const value = own(settings, name);
      if (value !== undefined) return value;
    }
  }
  return undefined;
};

const count = (value: Json, counts: Counts): void => {
  if (typeof value === 'string') countText(value, counts);
  else if (Array.isArray(value)) for (const item of value) count(item, counts);
  else if (isObject(value))
    // Parsed objects inherit nothing that could be counted, and a list of entries costs as much again.
    for (const key in value) {
      const item = value[key]!;
      counts.ascii += key.length;
      if (typeof item === 'string' && DATA_FIELDS.has(key)) counts.images++;
      else count(item, counts);
    }
};

const countText = (text: string, counts: Counts): void => {
  if (text.length > SAMPLED && text.startsWith('data:') && DATA_URL.test(text.slice(0, SAMPLED))) {
    counts.images++;
    return;
  }
  const step = Math.ceil(text.length / SAMPLED);
  let wide = 0;
  let marks = 0;
  let looked = 0;
  for (let at = 0; at < text.length; at += step, looked++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) wide++;
    else marks += MARKS[unit]!;
  }
  const each = looked === 0 ? 0 : text.length / looked;
  const wideChars = Math.round(wide * each);
  counts.wide += wideChars;
  counts.ascii += text.length - wideChars;
  counts.marks += Math.round(marks * each);
};

/** Of each unit of ASCII 1 where it is a mark: neither a letter, a digit nor a space. */
const MARKS = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  unit > 0x20 && !/[\dA-Za-z]/.test(String.fromCharCode(unit)) ? 1 : 0,
);
