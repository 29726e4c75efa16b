import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSceneRun } from '../../data/scene.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Panel } from '../../ui/page.tsx';
import { ScenePanel } from '../scene/scene-panel.tsx';
import { useExample } from '../scene/use-example.ts';
import { Written } from '../../ui/written.tsx';

/** The example app, asked anything: its graph lights up, and the answer comes in the order of its template. */
export const Chatflow = () => {
  const { t } = useTranslation();
  const { graph, error } = useExample(true);
  const run = useSceneRun();
  const [query, setQuery] = useState(t('start.question'));
  if (error) return <ErrorNote error={error} />;
  return (
    <Stack>
      <Panel>
        <Group align="end" wrap="nowrap">
          <TextInput
            label={t('scene.query')}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
            style={{ flex: 1 }}
          />
          <Button
            onClick={() => run.start(query)}
            loading={run.state === 'running'}
            disabled={query.trim() === ''}
          >
            {t('scene.start')}
          </Button>
        </Group>
      </Panel>
      {run.failure !== undefined && <ErrorNote error={run.failure} />}
      {graph && (
        <Panel title={graph.name}>
          <ScenePanel graph={graph} run={run} />
        </Panel>
      )}
      {run.answer !== '' && (
        <Panel title={t('scene.answer')}>
          <Written text={run.answer} isWhole={run.state !== 'running'} />
        </Panel>
      )}
    </Stack>
  );
};
