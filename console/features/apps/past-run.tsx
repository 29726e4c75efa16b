import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAppRun } from '../../data/apps.ts';
import type { Run } from '../../data/use-run.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Dotted } from '../../ui/dotted.tsx';
import { useFormat } from '../../ui/format.ts';
import styles from './apps.module.css';
import type { Given } from './fields.ts';
import { Result } from './form-run.tsx';
import { JsonBlock } from './outputs.tsx';
import { FromWord } from './past-runs.tsx';

interface PastRunProps {
  readonly runId: string;
  readonly run: Run;
  /** Asks for it once more, where the reader may. */
  readonly again: ((given: Given) => void) | undefined;
}

/** A run that somebody asked for: what it was given, and what came of it. */
export const PastRun = ({ runId, run, again }: PastRunProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const past = useAppRun(runId);
  if (past.isError) return <ErrorNote error={past.error} />;
  const { data } = past;
  return (
    <Stack data-testid="seen-again">
      {data && (
        <>
          <Text size="xs" className="soft numbers" component="div">
            <Dotted>
              {format.date(new Date(data.created_at * 1000).toISOString())}
              <FromWord from={data.from} />
              {data.from !== 'console' && data.user}
            </Dotted>
          </Text>
          {data.query !== '' && (
            <Text size="sm" className={styles.asked}>
              {data.query}
            </Text>
          )}
          {Object.keys(data.inputs).length > 0 && (
            <div>
              <Text size="xs" className="soft">
                {t('trace.inputs')}
              </Text>
              <JsonBlock value={data.inputs} />
            </div>
          )}
        </>
      )}
      {run.error !== undefined && <ErrorNote error={run.error} />}
      {run.seen.state !== 'idle' && <Result run={run} />}
      {data && again && (
        <Button variant="default" onClick={() => again(data)}>
          {t('runs.again')}
        </Button>
      )}
    </Stack>
  );
};
