import type { ServerResponse } from 'node:http';
import { own } from '#core/json.ts';
import type { GatewayCall } from '#gateway/call.ts';

/** An app that is asked for as a model. */
export interface AppAsked {
  readonly name: string;
  /** Who asks and pays, and what for. */
  readonly call: GatewayCall;
  readonly res: ServerResponse;
}

/** Who has apps. */
export interface AppSource {
  readonly names: () => readonly string[];
  readonly has: (name: string) => boolean;
  /** Answers as a model would. Throws SpillwayError as long as nothing is sent. */
  readonly serve: (asked: AppAsked) => Promise<void>;
}

const PREFIX = 'app/';

/** Apps among the models: there are none until somebody offers them. */
export class AppModels {
  #source: AppSource | undefined;

  offer(source: AppSource): void {
    this.#source = source;
  }

  /** As models are called. */
  names(): string[] {
    return (this.#source?.names() ?? []).map((name) => PREFIX + name);
  }

  has(model: string): boolean {
    return model.startsWith(PREFIX) && (this.#source?.has(model.slice(PREFIX.length)) ?? false);
  }

  /** Undefined where it is no app that a call asks for. */
  serve(call: GatewayCall, res: ServerResponse): Promise<void> | undefined {
    const model = own(call.body, 'model');
    if (typeof model !== 'string' || !this.has(model)) return undefined;
    return this.#source?.serve({ name: model.slice(PREFIX.length), call, res });
  }
}
