import type { ServerResponse } from 'node:http';
import { own } from '#core/json.ts';
import type { GatewayCall } from '#gateway/call.ts';

/** An app that is asked for as a model. */
export interface AppAsked {
  readonly name: string;
  /** Who asks and pays, and what for. */
  readonly call: GatewayCall;
  readonly res: ServerResponse;
  /** Streams tell what they used, asked or not. */
  readonly withUsage: boolean;
}

/** Who has apps. */
export interface AppSource {
  readonly names: () => readonly string[];
  readonly has: (name: string) => boolean;
  /** Answers as a model would. Throws SpillwayError as long as nothing is sent. */
  readonly serve: (asked: AppAsked) => Promise<void>;
}

/** Before an app's name where it is a model. */
export const APP_MODEL = 'app/';

/** Apps among the models: there are none until somebody offers them. */
export class AppModels {
  #source: AppSource | undefined;

  offer(source: AppSource): void {
    this.#source = source;
  }

  /** As models are called. */
  names(): string[] {
    return (this.#source?.names() ?? []).map((name) => APP_MODEL + name);
  }

  has(model: string): boolean {
    return (
      model.startsWith(APP_MODEL) && (this.#source?.has(model.slice(APP_MODEL.length)) ?? false)
    );
  }

  /** The name of the app that a call asks for, and who answers for it; undefined where it is no app. */
  find({ body }: Pick<GatewayCall, 'body'>): { name: string; source: AppSource } | undefined {
    const source = this.#source;
    const model = source && own(body, 'model');
    if (typeof model !== 'string' || !source || !this.has(model)) return undefined;
    return { name: model.slice(APP_MODEL.length), source };
  }
}
