import { Grid, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { computePlan, useModels } from '../../data/queries.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Outcome } from './outcome.tsx';
import { askOf, FIRST_WISHES, type PlanWishes } from './wishes.ts';
import { WishesForm } from './wishes-form.tsx';

/** What would be, were there more keys, other limits or another way to choose. */
export const Plan = () => {
  const { t } = useTranslation();
  const { data: models } = useModels();
  const [wishes, setWishes] = useState<PlanWishes>(FIRST_WISHES);
  const plan = useMutation({ mutationFn: computePlan });
  const groups = [...new Set(models?.deployments.map(({ group }) => group) ?? [])];
  const model = wishes.model === '' ? (groups[0] ?? '') : wishes.model;
  return (
    <Page title={t('plan.title')} about={t('plan.about')}>
      <Grid>
        <Grid.Col span={{ base: 12, md: 4, xl: 3 }}>
          <Panel>
            <WishesForm
              wishes={{ ...wishes, model }}
              groups={groups}
              strategy={models?.strategy ?? ''}
              change={setWishes}
              isBusy={plan.isPending}
              compute={() => plan.mutate(askOf({ ...wishes, model }))}
            />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8, xl: 9 }}>
          {plan.isError && <ErrorNote error={plan.error} />}
          {plan.data ? (
            <Outcome plan={plan.data} />
          ) : (
            !plan.isError && (
              <Panel>
                <Text className="soft" py="xl" ta="center">
                  {t('plan.empty')}
                </Text>
              </Panel>
            )
          )}
        </Grid.Col>
      </Grid>
    </Page>
  );
};
