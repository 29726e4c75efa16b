import { Button, Divider, Group, Loader, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openRun } from '../../data/apps.ts';
import type { Run } from '../../data/use-run.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import type { RunProps } from './chat-run.tsx';
import { Failure } from './failure.tsx';
import { fieldsOf, firstValues, missingIn } from './fields.ts';
import { Hindrances } from './hindrances.tsx';
import { InputFields } from './input-field.tsx';
import { Written } from '../../ui/written.tsx';
import { Outputs } from './outputs.tsx';
import { RunFacts } from './run-facts.tsx';

/** A form, and what comes of it. */
export const FormRun = ({ app, run, given }: RunProps) => {
  const { t } = useTranslation();
  const fields = fieldsOf(app);
  const [inputs, setInputs] = useState(() => firstValues(fields, given));
  const isRunning = run.seen.state === 'running';
  const missing = missingIn(fields, inputs);
  const send = (): void => {
    const query = inputs['query'];
    const body = { inputs, ...(typeof query === 'string' && { query }) };
    run.start((signal) => openRun(app.id, body, signal));
  };
  return (
    <Stack>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRunning && missing.length === 0) send();
        }}
      >
        <Stack>
          {fields.length === 0 && (
            <Text size="sm" className="soft">
              {t('run.noFields')}
            </Text>
          )}
          <InputFields appId={app.id} fields={fields} values={inputs} change={setInputs} />
          <Hindrances missing={missing} isRunnable={app.runnable} />
          <Group justify="end">
            {isRunning ? (
              <Button key="stop" variant="default" onClick={run.stop}>
                {t('playground.stop')}
              </Button>
            ) : (
              <Button key="run" type="submit" disabled={missing.length > 0 || !app.runnable}>
                {t('scene.start')}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      {run.error !== undefined && <ErrorNote error={run.error} />}
      {run.seen.state !== 'idle' && <Result run={run} />}
    </Stack>
  );
};

/** What a run has said so far, and at its end what it has left. */
export const Result = ({ run: { seen } }: { run: Run }) => {
  const { t } = useTranslation();
  const { state, answer, outputs, error } = seen;
  const isRunning = state === 'running';
  const hasOutputs = outputs !== undefined && Object.keys(outputs).length > 0;
  return (
    <Stack gap="sm" aria-live="polite">
      <Divider label={t('run.result')} labelPosition="left" />
      <Group gap="xs">
        {isRunning && <Loader size={14} aria-label={t('playground.busy')} />}
        <RunFacts seen={seen} />
      </Group>
      {error && (
        <div role="alert">
          <Failure error={error} />
        </div>
      )}
      {hasOutputs ? (
        <Outputs outputs={outputs} />
      ) : (
        answer !== '' && <Written text={answer} isWhole={!isRunning} />
      )}
    </Stack>
  );
};
