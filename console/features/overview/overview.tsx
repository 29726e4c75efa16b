import { Grid, SegmentedControl, SimpleGrid, Skeleton, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../data/live.ts';
import { sumsOf } from '../../data/traffic-sums.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { BalancePicture } from './balance-picture.tsx';
import { KeyNumbers } from './key-numbers.tsx';
import { RecentErrors } from './recent-errors.tsx';
import { TrafficChart } from './traffic-chart.tsx';
import { WaitingList } from './waiting-list.tsx';

const WINDOWS = [60, 300, 900] as const;

/** Whether load is balanced, seen at one look. */
export const Overview = () => {
  const { t } = useTranslation();
  const live = useLive();
  const [windowS, setWindowS] = useState<number>(WINDOWS[1]);
  const sums = sumsOf(live.seconds, live.now - windowS);
  const { quota } = live;
  return (
    <Page
      title={t('overview.title')}
      about={t('overview.about')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('overview.window')}
          value={String(windowS)}
          onChange={(value) => setWindowS(Number(value))}
          data={WINDOWS.map((one) => ({
            value: String(one),
            label: t('overview.minutes', { count: one / 60 }),
          }))}
        />
      }
    >
      <KeyNumbers live={live} sums={sums} windowS={windowS} />
      {quota ? (
        quota.groups.map(({ group }) => (
          <Panel key={group} title={group}>
            <BalancePicture group={group} quota={quota} sums={sums} />
          </Panel>
        ))
      ) : (
        <Skeleton height={260} radius="md" />
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Panel title={t('overview.rate')}>
          <TrafficChart live={live} lengthS={windowS} of="requests" />
        </Panel>
        <Panel title={t('overview.tokens')}>
          <TrafficChart live={live} lengthS={windowS} of="tokens" />
        </Panel>
      </SimpleGrid>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Panel title={t('overview.waiting')}>
            <WaitingList quota={quota} />
          </Panel>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Stack>
            <Panel title={t('overview.errors')}>
              <RecentErrors />
            </Panel>
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
};
