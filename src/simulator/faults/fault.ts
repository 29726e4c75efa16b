import type { JsonObject } from '#core/json.ts';
import type { Random } from '#core/random.ts';
import { z } from '#core/schema.ts';
import type { Effect } from '#simulator/faults/effect.ts';
import type { ChatDialect } from '#wire/dialect.ts';

/** The call that a fault is about to meet. */
export interface Victim {
  readonly stream: boolean;
  /** Whether its connection has served a call before. */
  readonly reusedConnection: boolean;
  readonly random: Random;
  /** In which it is answered. */
  readonly dialect: ChatDialect;
}

/** A fault as a script states it: whom it meets, when, and what it then does. */
export interface FaultRule {
  readonly kind: string;
  /** How many of the calls that it may meet, 0 to 1. */
  readonly p: number;
  /** From when on and how long, ms after it was set. */
  readonly atMs: number;
  readonly durMs: number;
  /** It is over after it has struck so often. */
  readonly times: number;
  /** Ids and names; undefined is everybody. */
  readonly projects: readonly string[] | undefined;
  readonly models: readonly string[] | undefined;
  /** Only streamed answers, or only whole ones; undefined is both. */
  readonly stream: boolean | undefined;
  /** All its fields, for a list of what is set. */
  readonly written: JsonObject;
  /** Undefined for a call that is none of its business. */
  readonly strike: (victim: Victim) => Effect | undefined;
}

/** A kind of fault: one file, one value. */
export interface FaultKind {
  /** As scripts call it. */
  readonly name: string;
  /** What goes wrong, in a few words. */
  readonly about: string;
  /** A line of a script that shows how it is asked for. */
  readonly example: string;
  readonly schema: z.ZodType<FaultRule> & z.core.$ZodTypeDiscriminable;
}

const LONGEST_S = 31 * 86_400;
const names = z.array(z.string().min(1).max(200)).min(1).max(1000);

const whenFields = {
  p: z.number().min(0).max(1).default(1),
  at_s: z.number().min(0).max(LONGEST_S).default(0),
  dur_s: z.number().positive().max(LONGEST_S).optional(),
  times: z.int().min(1).optional(),
  projects: names.optional(),
  models: names.optional(),
  stream: z.boolean().optional(),
};
const whenSchema = z.object(whenFields);

/** `options` are the fields of its own; `strike` is asked for a fresh effect for every call it meets. */
export const defineFault = <Options extends z.core.$ZodLooseShape>(kind: {
  readonly name: string;
  readonly about: string;
  readonly example: string;
  readonly options: Options;
  readonly strike: (options: z.output<z.ZodObject<Options>>, victim: Victim) => Effect | undefined;
}): FaultKind => {
  const { name, about, example } = kind;
  const own = z.object(kind.options);
  const schema = z
    .strictObject({ kind: z.literal(name), ...whenFields, ...kind.options })
    .transform((fields): FaultRule => {
      const { p, at_s, dur_s, times, projects, models, stream } = whenSchema.parse(fields);
      const options = own.parse(fields);
      return {
        kind: name,
        p,
        atMs: at_s * 1000,
        durMs: (dur_s ?? Infinity) * 1000,
        times: times ?? Infinity,
        projects,
        models,
        stream,
        written: fields as JsonObject,
        strike: (victim) => kind.strike(options, victim),
      };
    });
  return { name, about, example, schema };
};
