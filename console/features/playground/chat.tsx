import { Grid, Stack, Switch } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModelNames, useModels } from '../../data/queries.ts';
import { Composer } from './composer.tsx';
import { Pane, type PaneHandle, type Prompt } from './pane.tsx';
import { Parameters } from './parameters.tsx';
import { FIRST_PARAMETERS, type ChatParameters } from './chat-parameters.ts';

/** One prompt for all panes: what is typed goes to each of them. */
export const Chat = () => {
  const { t } = useTranslation();
  const { data: models } = useModels();
  const groups = [...new Set(models?.deployments.map(({ group }) => group) ?? [])];
  const aliases = models?.aliases.map(({ alias }) => alias) ?? [];
  const deployments = models?.deployments.map(({ deployment }) => deployment) ?? [];
  const theirs = useModelNames();
  const names = models ? [...groups, ...aliases, ...deployments] : theirs;
  const [isDouble, setDouble] = useState(false);
  const [parameters, setParameters] = useState<ChatParameters>(FIRST_PARAMETERS);
  const panes = [useRef<PaneHandle>(null), useRef<PaneHandle>(null)];
  const send = (prompt: Prompt): void => {
    for (const pane of panes) pane.current?.send(prompt);
  };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 9 }}>
        <Stack>
          <Grid>
            {panes.slice(0, isDouble ? 2 : 1).map((pane, i) => (
              <Grid.Col key={i} span={{ base: 12, sm: isDouble ? 6 : 12 }}>
                <Pane
                  ref={pane}
                  names={names}
                  parameters={parameters}
                  first={names[i === 0 ? 0 : Math.min(1, names.length - 1)]}
                />
              </Grid.Col>
            ))}
          </Grid>
          <Composer isReady={names.length > 0} send={send}>
            <Switch
              size="sm"
              label={t('playground.double')}
              checked={isDouble}
              onChange={(event) => setDouble(event.currentTarget.checked)}
            />
          </Composer>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 3 }}>
        <Parameters parameters={parameters} change={setParameters} />
      </Grid.Col>
    </Grid>
  );
};
