import type { JsonObject } from '#core/json.ts';
import type { Prices } from '#core/price.ts';

/** A deployment as those see it who ask what there is: no key, no place. */
export interface CatalogueRow {
  readonly name: string;
  readonly id: string;
  readonly group: string;
  readonly provider: string;
  /** At its vendor; a pattern's row has the `*` in it. */
  readonly model: string;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly weight?: number;
  readonly order?: number;
  readonly tags: readonly string[];
  readonly contextTokens?: number;
  readonly mostOutputTokens?: number;
  /** Absent is unknown. */
  readonly abilities: Readonly<Record<string, boolean>>;
  /** It stands in the store and in no file. */
  readonly isStored?: boolean;
  /** The credential that lends it its key. */
  readonly credential?: string;
  /** As written. */
  readonly modelInfo: JsonObject;
  /** As of now. */
  readonly prices: Prices;
}
