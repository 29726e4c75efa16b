import { type Spender, withNamed } from '../data/allowance.ts';
import { BudgetBar } from './budget-bar.tsx';

/** What a key, a team or a user has spent, of what it may. */
export const SpenderBar = ({ label, of }: { label: string; of: Spender }) => {
  const { max_budget: maxUsd, soft_budget: softUsd } = withNamed(of);
  return (
    <BudgetBar
      label={label}
      spentUsd={of.spend}
      maxUsd={maxUsd}
      softUsd={softUsd}
      resetAt={of.budget_reset_at}
    />
  );
};
