/** What may be spent and sent, in LiteLLM's words: of keys, teams, users and budgets alike. */
export interface Allowance {
  readonly max_budget?: number | null;
  readonly soft_budget?: number | null;
  readonly budget_duration?: string | null;
  readonly budget_id?: string | null;
  readonly rpm_limit?: number | null;
  readonly tpm_limit?: number | null;
  readonly max_parallel_requests?: number | null;
}

/** A row that somebody may spend under, as it is shown. */
export interface Spender extends Allowance {
  readonly spend: number;
  readonly total_spend: number;
  readonly budget_reset_at: string | null;
  readonly litellm_budget_table?: Allowance | null;
}

const FIELDS = [
  'max_budget',
  'soft_budget',
  'budget_duration',
  'budget_id',
  'rpm_limit',
  'tpm_limit',
  'max_parallel_requests',
] as const satisfies readonly (keyof Allowance)[];

/** Of a row, what may be spent and sent; what it does not say is `null`. */
export const allowanceOf = (row: Allowance | undefined): Allowance =>
  Object.fromEntries(FIELDS.map((field) => [field, row?.[field] ?? null]));

/** With what a budget that it names says where it is silent itself. */
export const withNamed = (row: Spender): Allowance => {
  const said = Object.entries(allowanceOf(row)).filter(([, value]) => value !== null);
  return { ...row.litellm_budget_table, ...(Object.fromEntries(said) as Allowance) };
};
