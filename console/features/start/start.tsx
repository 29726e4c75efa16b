import { Alert, Anchor, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../data/live.ts';
import { useSession } from '../../data/queries.ts';
import { useScene, useSceneRun } from '../../data/scene.ts';
import { markSceneSeen } from '../../shell/seen.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Gauge } from '../../ui/gauge.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { seriesColor } from '../../ui/theme.ts';
import { ScenePanel } from '../scene/scene-panel.tsx';

/** The scene for which all this was built, in three clicks: three keys, six calls, two for each. */
export const Start = () => {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const scene = useScene(session?.demo === true);
  const run = useSceneRun();
  const [step, setStep] = useState(1);
  if (!session?.demo)
    return (
      <Page title={t('start.title')}>
        <Alert variant="light">
          {t('start.notDemo')}{' '}
          <Anchor component={Link} to="/overview">
            {t('nav.overview')}
          </Anchor>
        </Alert>
      </Page>
    );
  const next = (): void => {
    markSceneSeen();
    if (step === 2) run.start(t('start.question'));
    setStep(step + 1);
  };
  return (
    <Page title={t('start.title')} about={t('start.about')}>
      <Stack gap="md">
        <StepText step={step} isOver={run.state === 'succeeded'} next={next} />
        {run.failure !== undefined && <ErrorNote error={run.failure} />}
        {step >= 2 && <Keys />}
        {step >= 2 && scene.data && (
          <Panel title={t('start.app', { name: scene.data.name })}>
            <ScenePanel graph={scene.data} run={run} />
          </Panel>
        )}
        {step === 1 && <Promised />}
      </Stack>
    </Page>
  );
};

interface StepTextProps {
  readonly step: number;
  readonly isOver: boolean;
  readonly next: () => void;
}

const STEPS = ['one', 'two', 'three'] as const;

const StepText = ({ step, isOver, next }: StepTextProps) => {
  const { t } = useTranslation();
  const name = STEPS[Math.min(step, STEPS.length) - 1] ?? 'three';
  const isDone = step >= 3 && isOver;
  return (
    <Panel>
      <Group justify="space-between" align="center" gap="lg">
        <div style={{ flex: '1 1 300px' }}>
          <Text size="xs" className="soft numbers">
            {t('start.step', { step: Math.min(step, STEPS.length), of: STEPS.length })}
          </Text>
          <Title order={2} size="h4">
            {t(isDone ? 'start.done.title' : `start.${name}.title`)}
          </Title>
          <Text size="sm" mt={4} maw={720}>
            {t(isDone ? 'start.done.text' : `start.${name}.text`)}
          </Text>
        </div>
        {step < 3 ? (
          <Button size="md" onClick={next} style={{ flex: 'none' }} data-testid="next">
            {t(step === 1 ? 'start.one.button' : 'start.two.button')}
          </Button>
        ) : (
          <Button
            size="md"
            component={Link}
            to="/overview"
            disabled={!isOver}
            style={{ flex: 'none' }}
            data-testid="next"
          >
            {t('start.three.button')}
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
