import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../data/live.ts';
import { useSession } from '../../data/queries.ts';
import { useSceneRun } from '../../data/scene.ts';
import { markSceneSeen } from '../../shell/seen.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Gauge } from '../../ui/gauge.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { seriesColor } from '../../ui/theme.ts';
import { ScenePanel } from '../scene/scene-panel.tsx';
import { useExample } from '../scene/use-example.ts';
import { type Place, placeOf, STEPS } from './place.ts';

/** The scene for which all this was built, in three clicks: three keys, six calls, two for each. */
export const Start = () => {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const { graph } = useExample(session?.demo === true);
  const run = useSceneRun();
  const [step, setStep] = useState(1);
  if (!session?.demo) return null;
  const runIt = (): void => run.start(t('start.question'));
  const next = (): void => {
    markSceneSeen();
    if (step === 2) runIt();
    setStep(step + 1);
  };
  return (
    <Page title={t('start.title')} about={t('start.about')}>
      <Stack gap="md">
        <StepText step={step} place={placeOf(step, run)} next={next} again={runIt} />
        {run.failure !== undefined && <ErrorNote error={run.failure} />}
        {step >= 2 && <Keys />}
        {step >= 2 && graph && (
          <Panel title={t('start.app', { name: graph.name })}>
            <ScenePanel graph={graph} run={run} />
          </Panel>
        )}
        {step === 1 && <Promised />}
      </Stack>
    </Page>
  );
};

interface StepTextProps {
  readonly step: number;
  readonly place: Place;
  readonly next: () => void;
  readonly again: () => void;
}

const StepText = ({ step, place, next, again }: StepTextProps) => {
  const { t } = useTranslation();
  return (
    <Panel>
      <Group justify="space-between" align="center" gap="lg">
        <div style={{ flex: '1 1 300px' }}>
          <Text size="xs" className="soft numbers">
            {t('start.step', { step: Math.min(step, STEPS.length), of: STEPS.length })}
          </Text>
          <Title order={2} size="h4">
            {t(`start.${place}.title`)}
          </Title>
          <Text size="sm" mt={4} maw={720}>
            {t(`start.${place}.text`)}
          </Text>
        </div>
        {place === 'three' || place === 'done' || place === 'uneven' ? (
          <Button
            key="over"
            size="md"
            component={Link}
            to="/overview"
            disabled={place === 'three'}
            style={{ flex: 'none' }}
            data-testid="next"
          >
            {t('start.three.button')}
          </Button>
        ) : (
          <Button
            size="md"
            onClick={place === 'failed' ? again : next}
            style={{ flex: 'none' }}
            data-testid="next"
          >
            {t(`start.${place}.button`)}
          </Button>
        )}
      </Group>
    </Panel>
  );
};

const Promised = () => {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      {(['keys', 'calls', 'spread'] as const).map((name) => (
        <Panel key={name} title={t(`start.promise.${name}.title`)}>
          <Text size="sm" className="soft">
            {t(`start.promise.${name}.text`)}
          </Text>
        </Panel>
      ))}
    </SimpleGrid>
  );
};

const Keys = () => {
  const { t } = useTranslation();
  const { quota } = useLive();
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      {(quota?.deployments ?? []).map((one, i) => {
        const limits = (quota?.pools ?? [])
          .filter(({ deployments }) => deployments.includes(one.deployment))
          .flatMap((pool) => pool.limits);
        return (
          <div
            key={one.deployment}
            className="panel"
            style={{ borderTop: `4px solid ${seriesColor(i)}` }}
          >
            <Text fw={600} mb={6}>
              {one.deployment}
            </Text>
            <Stack gap={8}>
              {limits.length === 0 && (
                <Text size="xs" className="soft">
                  {t('start.unknownLimits')}
                </Text>
              )}
              {limits.slice(0, 2).map((limit) => (
                <Gauge key={`${limit.dimension} ${limit.window_s}`} {...limit} />
              ))}
            </Stack>
          </div>
        );
      })}
    </SimpleGrid>
  );
};
