import type { Json } from '#core/json.ts';
import type { Cost, Refusal } from '#simulator/admission.ts';
import type { Charging } from '#simulator/charging.ts';
import type { Complaint } from '#simulator/complaints.ts';
import type { Gauge } from '#simulator/limit.ts';
import type { ShortLimits, StatedLimit } from '#simulator/short-limits.ts';

/** A whole HTTP answer that says no. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** Where a call goes. */
export interface Located {
  /** `/v1/…`, as far as it concerns a vendor. */
  readonly path: string;
  readonly model?: string;
  /** Whether it asks for a stream, where the path tells. */
  readonly stream?: boolean;
}

/** Who is refused: projects with the same organisation share its limits. */
export interface Caller {
  readonly organisation: string;
  readonly project: string;
  readonly model: string;
}

/** One answer, for the headers that every answer has. */
export interface Answered {
  readonly requestId: string;
  /** Since the call arrived. */
  readonly elapsedMs: number;
  /** Absent where the caller is nobody that the vendor knows. */
  readonly organisation?: string | undefined;
  readonly project?: string | undefined;
}

/** When limits are told, and what the call was charged by then. */
export interface Telling {
  /** Unix epoch ms. */
  readonly wallMs: number;
  readonly charged: Cost;
}

/** What a vendor's API looks like from outside: how it limits, what its headers and errors say. */
export interface Profile {
  /** As configs call it. */
  readonly name: string;
  /** Where its own paths lead: to one of ours, and to the model that the path names, if it does. */
  locate?(path: string): Located | undefined;
  /** Headers without which nothing is answered at one of our paths. */
  demands?(path: string): readonly string[];
  /** How the vendor speaks at this path, where it does so in more than one way. */
  at?(path: string): Profile;
  /** What a project offers unless its config says otherwise. */
  readonly models: readonly string[];
  readonly charging: Charging;
  /** Tokens that an image in a prompt counts. */
  readonly imageTokens: number;
  readonly embeddingDimensions: (model: string) => number;
  /** What `rpm`, `tpm` and the like mean with this vendor. */
  limits(stated: ShortLimits): StatedLimit[];
  baseHeaders(answered: Answered): Record<string, string>;
  /** Headers of what a model's limits have left; `gauges` are those that may be told. */
  limitHeaders(gauges: readonly Gauge[], telling: Telling): Record<string, string>;
  /** A limit has no room for the call, or is smaller than it (`waitMs` Infinity). */
  refused(refusal: Refusal, caller: Caller): ErrorAnswer;
  /** Nothing is left to spend. */
  unpaid(caller: Caller): ErrorAnswer;
  /** Traffic grows too fast; a minute's wait ends in `waitMs`. */
  tooFast(waitMs: number, caller: Caller): ErrorAnswer;
  complain(complaint: Complaint): ErrorAnswer;
}
