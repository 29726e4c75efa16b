import { type Allowance, allowanceOf } from '../../data/allowance.ts';
import type { ShownTeam } from '../../data/teams.ts';

/** A team as it is written down in the form. */
export interface TeamForm {
  readonly alias: string;
  readonly models: readonly string[];
  readonly allowance: Allowance;
  /** What each member may spend at most; `null`: no more than the team. */
  readonly memberBudget: number | null;
}

export const formOf = (team: ShownTeam | undefined): TeamForm => ({
  alias: team?.team_alias ?? '',
  models: team?.models ?? [],
  allowance: allowanceOf(team),
  memberBudget: team?.team_member_budget ?? null,
});

export const fieldsOf = ({ alias, models, allowance, memberBudget }: TeamForm) => ({
  team_alias: alias.trim() === '' ? null : alias.trim(),
  models: [...models],
  ...allowance,
  team_member_budget: memberBudget,
});
