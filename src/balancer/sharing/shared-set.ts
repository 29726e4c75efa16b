import type { ToldLimit } from '#core/quota.ts';

/** Somebody who draws from an account of a vendor's, as the config has it. */
export interface Drawer {
  /** Of which the upstream speaks. */
  readonly account: string;
  readonly vendor: string;
  /** At the vendor; may be a pattern. */
  readonly model: string;
  /** All that its deployments draw from, this account included. */
  readonly pools: readonly string[];
  /** The config names its pools: it is right, whatever answers seem to say. */
  readonly isPooled: boolean;
}

/** Accounts that turned out to be one. */
export interface SharedSet {
  /** What they are drawn from now. */
  readonly account: string;
  /** The accounts as the config has them, two or more. */
  readonly members: readonly string[];
  /** Their vendor's name for it; absent where their levels alone tell. */
  readonly organization?: string;
}

/** What is left of an account's limits for one model, as far as answers have told. */
export interface Levels {
  readonly account: string;
  readonly model: string;
  readonly told: readonly ToldLimit[];
}

export type SharingNews =
  | { readonly kind: 'merged'; readonly set: SharedSet; readonly levels: readonly Levels[] }
  /** Its members are on their own again. */
  | { readonly kind: 'split'; readonly set: SharedSet; readonly levels: readonly Levels[] }
  /** They look like one, and the config says that they are not. */
  | {
      readonly kind: 'pooled';
      readonly members: readonly string[];
      readonly organization?: string;
    };
