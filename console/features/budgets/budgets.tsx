import { Badge, Button, Group, SimpleGrid, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { BudgetsReply } from '#gateway/console/kept-shapes.ts';
import { useBudgets } from '../../data/budgets.ts';
import { useMe } from '../../data/me.ts';
import { Asked } from '../../ui/asked.tsx';
import { useDurationName } from '../../ui/allowance-fields.tsx';
import { BudgetBar } from '../../ui/budget-bar.tsx';
import { Empty } from '../../ui/empty.tsx';
import { useFormat } from '../../ui/format.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { NamedBudgets } from './named-budgets.tsx';

/** How much of each budget is gone, and when it begins anew. */
export const Budgets = () => {
  const { t } = useTranslation();
  const { seesAll } = useMe();
  const budgets = useBudgets();
  return (
    <Page title={t('budgets.title')} about={t('budgets.about')}>
      <Asked of={budgets} height={240}>
        {(data) =>
          data.total === 0 ? (
            <Empty title={t('budgets.none')} text={t('budgets.noneText')}>
              <Button component={Link} to="/keys" variant="default">
                {t('budgets.toKeys')}
              </Button>
            </Empty>
          ) : (
            <Bars of={data} />
          )
        }
      </Asked>
      {seesAll && <NamedBudgets />}
    </Page>
  );
};

const Bars = ({ of }: { of: BudgetsReply }) => {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Panel
      title={t('budgets.spent')}
      aside={
        <Text size="xs" className="soft">
          {t('budgets.order')}
        </Text>
      }
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing="md">
        {of.budgets.map((budget) => (
          <Bar key={`${budget.kind} ${budget.id}`} budget={budget} />
        ))}
      </SimpleGrid>
      {of.total > of.budgets.length && (
        <Text size="xs" className="soft" mt="sm">
          {t('usage.leftOut', { shown: format.count(of.total - of.budgets.length) })}
        </Text>
      )}
    </Panel>
  );
};

const Bar = ({ budget }: { budget: BudgetsReply['budgets'][number] }) => {
  const { t } = useTranslation();
  const durationOf = useDurationName();
  const name = budget.kind === 'everybody' ? t('budgets.everybody') : budget.name;
  const isGone = budget.spend >= budget.max_budget;
  return (
    <div data-testid="budget">
      <Group justify="space-between" gap="xs" wrap="nowrap" mb={4}>
        <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
          <Badge variant="default" radius="sm" size="sm" tt="none" style={{ flex: 'none' }}>
            {t(`budgets.kind.${budget.kind}`)}
          </Badge>
          <Text size="sm" fw={600} truncate>
            {name}
          </Text>
        </Group>
        <Text size="xs" className={isGone ? '' : 'soft'} c={isGone ? 'var(--bad)' : undefined}>
          {isGone
            ? t('budgets.gone')
            : budget.budget_duration
              ? t('budgets.per', { duration: durationOf(budget.budget_duration) })
              : t('allowance.ever')}
        </Text>
      </Group>
      <BudgetBar
        label={name}
        spentUsd={budget.spend}
        maxUsd={budget.max_budget}
        softUsd={budget.soft_budget}
        resetAt={budget.budget_reset_at}
      />
    </div>
  );
};
