import { useQuery } from '@tanstack/react-query';
import type { BudgetsReply } from '#gateway/console/kept-shapes.ts';
import type { Allowance } from './allowance.ts';
import { ask } from './api.ts';
import { change } from './change.ts';
import { useMe } from './me.ts';

/** A budget that many may name. */
export interface NamedBudget extends Allowance {
  readonly budget_id: string;
}

export const useNamedBudgets = () => {
  const { keeps, seesAll } = useMe();
  return useQuery({
    queryKey: ['budgets', 'named'],
    enabled: keeps && seesAll,
    queryFn: () => ask<readonly NamedBudget[]>('/budget/list'),
  });
};

export const useBudgetNames = (): readonly string[] =>
  useNamedBudgets().data?.map(({ budget_id: id }) => id) ?? [];

const EVERY_MS = 10_000;

/** Every budget that whoever asks may see, with what is spent of it. */
export const useBudgets = () =>
  useQuery({
    queryKey: ['budgets', 'all'],
    refetchInterval: EVERY_MS,
    queryFn: () => ask<BudgetsReply>('/spillway/budgets'),
  });

export const makeBudget = (budget: NamedBudget): Promise<unknown> => change('/budget/new', budget);

export const changeBudget = (budget: NamedBudget): Promise<unknown> =>
  change('/budget/update', budget);

export const deleteBudget = (id: string): Promise<unknown> => change('/budget/delete', { id });
