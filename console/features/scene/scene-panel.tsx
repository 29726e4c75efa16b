import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Drawing } from '#gateway/console/app-shapes.ts';
import { LazyGraph } from '../../canvas/lazy-graph.tsx';
import { useLive } from '../../data/live.ts';
import type { SceneRun } from '../../data/scene.ts';
import { seriesColor } from '../../ui/theme.ts';
import { Tally } from './tally.tsx';

/** The example app as it runs: its graph, and which key served how many of its calls. */
export const ScenePanel = ({ graph, run }: { graph: Drawing; run: SceneRun }) => {
  const { t } = useTranslation();
  const { quota } = useLive();
  const names = (quota?.deployments ?? []).map(({ deployment }) => deployment);
  const colorOf = (name: string): string => seriesColor(names.indexOf(name));
  return (
    <Stack>
      {run.state === 'idle' ? (
        <Text size="sm" className="soft">
          {t('scene.notYet')}
        </Text>
      ) : (
        <Tally run={run} names={names} />
      )}
      <LazyGraph graph={graph} runs={run.nodes} colorOf={colorOf} height={430} isTidy />
    </Stack>
  );
};
