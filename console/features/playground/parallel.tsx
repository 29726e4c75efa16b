import { Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModels } from '../../data/queries.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { Panel } from '../../ui/page.tsx';
import { Spread } from '../../ui/spread.tsx';
import { useParallel } from '../../data/parallel.ts';

const MOST = 500;
const FIRST = 30;

/** Many requests at once: how they are spread, who waits, and that all come through. */
export const Parallel = () => {
  const { t } = useTranslation();
  const { data: models } = useModels();
  const groups = [...new Set(models?.deployments.map(({ group }) => group) ?? [])];
  const [chosen, setChosen] = useState<string>();
  const [count, setCount] = useState(FIRST);
  const [maxTokens, setMaxTokens] = useState(200);
  const [prompt, setPrompt] = useState(t('playground.parallelPrompt'));
  const model = chosen ?? groups[0] ?? '';
  const run = useParallel();
  return (
    <Panel title={t('playground.parallelTitle')}>
      <Stack>
        <Group align="end" gap="sm">
          <Select
            label={t('playground.model')}
            data={groups}
            value={model}
            onChange={(value) => setChosen(value ?? undefined)}
            allowDeselect={false}
            w={200}
          />
          <NumberField
            label={t('playground.count')}
            value={count}
            choose={setCount}
            min={1}
            max={MOST}
            clampBehavior="strict"
            w={110}
          />
          <NumberField label="max_tokens" value={maxTokens} choose={setMaxTokens} min={1} w={120} />
          <Button
            onClick={() => run.start({ model, max_tokens: maxTokens, prompt, count })}
            disabled={model === '' || run.isBusy}
          >
            {t('playground.sendN', { count })}
          </Button>
          {run.isBusy && (
            <Button variant="default" onClick={run.stop}>
              {t('playground.stop')}
            </Button>
          )}
        </Group>
        <Textarea
          label={t('playground.prompt')}
          value={prompt}
          onChange={(event) => setPrompt(event.currentTarget.value)}
          autosize
          maxRows={6}
        />
        {run.calls.length === 0 ? (
          <Text size="sm" className="soft" py="lg">
            {t('playground.parallelHint')}
          </Text>
        ) : (
          <Spread calls={run.calls} />
        )}
        {run.error !== undefined && <ErrorNote error={run.error} />}
      </Stack>
    </Panel>
  );
};
