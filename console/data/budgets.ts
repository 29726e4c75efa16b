import { useQuery } from '@tanstack/react-query';
import type { Allowance } from './allowance.ts';
import { ask } from './api.ts';
import { useMe } from './me.ts';

/** A budget that many may name. */
interface NamedBudget extends Allowance {
  readonly budget_id: string;
}

const useNamedBudgets = () => {
  const { keeps, seesAll } = useMe();
  return useQuery({
    queryKey: ['budgets', 'named'],
    enabled: keeps && seesAll,
    queryFn: () => ask<readonly NamedBudget[]>('/budget/list'),
  });
};

export const useBudgetNames = (): readonly string[] =>
  useNamedBudgets().data?.map(({ budget_id: id }) => id) ?? [];
