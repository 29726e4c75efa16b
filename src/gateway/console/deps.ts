import type {
  CheckReply,
  ConfigReply,
  ModelsReply,
  PlanAsk,
  PlanReply,
  SimulatorReply,
} from '#gateway/console/shapes.ts';
import type { Drawing } from '#gateway/console/app-shapes.ts';
import type { JsonObject } from '#core/json.ts';
import type { GatewayDeps } from '#gateway/call.ts';
import type { TrafficMeter } from '#gateway/traffic-meter.ts';
import type { Registry } from '#keys/registry.ts';
import type { Sessions } from '#keys/sessions.ts';

/** What the console shows and changes; `main` fills it in. */
export interface ConsoleDeps {
  readonly gateway: GatewayDeps;
  readonly sessions: Sessions;
  readonly traffic: TrafficMeter;
  /** Keys, people and money, where they are kept. */
  readonly registry?: Registry;
  readonly currency: { readonly code: string; readonly perDollar: number };
  /** Takes a deployment out, or lets it in again. Throws where there is none. */
  readonly pause: (deployment: string, isPaused: boolean) => void;
  readonly models: () => ModelsReply;
  readonly config: ConfigDesk;
  /** Throws SpillwayError; may take seconds, beside the main thread. */
  readonly plan: (ask: PlanAsk, signal: AbortSignal) => Promise<PlanReply>;
  /** The example app, where the vendor is played. */
  readonly scene?: SceneDesk;
  /** Where the vendor is played in this process. */
  readonly simulator?: SimulatorDesk;
}

/** The config, without secrets. */
export interface ConfigDesk {
  readonly show: () => ConfigReply;
  /** What is to be said of a text that is not in force. */
  readonly check: (text: string) => CheckReply;
}

/** The vendor's own console, and what can be made to go wrong. */
export interface SimulatorDesk {
  readonly show: () => SimulatorReply;
  /** One fault or a list of them, as JSON or YAML. Throws SpillwayError with all that is wrong. */
  readonly setFaults: (text: string) => void;
  /** All, or the one of this id. */
  readonly clearFaults: (id?: string) => void;
  readonly reset: () => void;
}

/** One app that can be looked at and run. */
export interface SceneDesk {
  readonly show: () => Drawing;
  /** What happens while it runs, until its end. */
  readonly run: (query: string, signal: AbortSignal) => AsyncGenerator<JsonObject, void>;
}
