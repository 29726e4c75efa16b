/** What is done about parameters that a vendor cannot take. */
export interface ParamRules {
  /** They are left out instead of being an error; undefined where nobody says. */
  readonly drops?: boolean;
  /** Always left out, by the caller's names. */
  readonly dropped: readonly string[];
  /** Sent as they came, whether the vendor is known to take them or not. */
  readonly allowed: readonly string[];
  /** Requests that a vendor would refuse for their form are mended. */
  readonly modifies?: boolean;
}
