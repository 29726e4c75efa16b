import { Button, Group, Loader, Stack, Text, Textarea } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppReply } from '#gateway/console/app-shapes.ts';
import { openRun } from '../../data/apps.ts';
import type { RunSeen } from '../../data/run-progress.ts';
import type { Run } from '../../data/use-run.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useFollowed } from '../../ui/use-followed.ts';
import styles from './apps.module.css';
import { Failure } from './failure.tsx';
import { fieldsOf, firstValues, type Given, missingIn, questionFiles } from './fields.ts';
import { FilePick, type GivenFile } from './file-pick.tsx';
import { Hindrances } from './hindrances.tsx';
import { InputFields } from './input-field.tsx';
import { Written } from '../../ui/written.tsx';
import { RunFacts } from './run-facts.tsx';

interface Said {
  readonly query: string;
  readonly files: readonly GivenFile[];
}

interface Turn extends Said {
  readonly seen: RunSeen;
}

export interface RunProps {
  readonly app: AppReply;
  readonly run: Run;
  /** By a run that is asked for once more. */
  readonly given: Given | undefined;
}

/** A conversation with an app: what is asked goes on where it was left. */
export const ChatRun = ({ app, run, given }: RunProps) => {
  const { t } = useTranslation();
  const [before, setBefore] = useState<readonly Turn[]>([]);
  const [said, setSaid] = useState<Said>();
  const [talkId, setTalkId] = useState<string>();
  const fields = fieldsOf(app);
  const [inputs, setInputs] = useState(() => firstValues(fields, given));
  const isRunning = run.seen.state === 'running';
  const conversation = run.ids?.conversationId ?? talkId;
  const ask = (query: string, files: readonly GivenFile[]): void => {
    if (said) setBefore([...before, { ...said, seen: run.seen }]);
    setTalkId(conversation);
    setSaid({ query, files });
    const body = {
      query,
      inputs,
      files: files.map(({ ref }) => ref),
      ...(conversation !== undefined && { conversation_id: conversation }),
    };
    run.start((signal) => openRun(app.id, body, signal));
  };
  const log = useFollowed(run.seen.answer, before.length);
  const anew = (): void => {
    setBefore([]);
    setSaid(undefined);
    setTalkId(undefined);
    run.clear();
  };
  return (
    <Stack>
      {said === undefined && (
        <InputFields appId={app.id} fields={fields} values={inputs} change={setInputs} />
      )}
      <Stack
        gap="md"
        className={styles.talk}
        data-begun={said !== undefined}
        ref={log}
        role="log"
        aria-label={t('playground.conversation')}
        tabIndex={0}
      >
        {app.opening_statement !== '' && <Written text={app.opening_statement} isWhole />}
        {said === undefined && <Suggestions app={app} ask={(query) => ask(query, [])} />}
        {before.map((turn, i) => (
          <Exchange key={i} turn={turn} />
        ))}
        {said && <Exchange turn={{ ...said, seen: run.seen }} />}
        {run.error !== undefined && <ErrorNote error={run.error} />}
      </Stack>
      <Composer
        app={app}
        first={given?.query}
        isRunning={isRunning}
        missing={said === undefined ? missingIn(fields, inputs) : []}
        ask={ask}
        stop={run.stop}
      />
      {said && !isRunning && (
        <Group>
          <Button size="compact-sm" variant="default" onClick={anew}>
            {t('run.anew')}
          </Button>
        </Group>
      )}
    </Stack>
  );
};

const Suggestions = ({ app, ask }: { app: AppReply; ask: (query: string) => void }) => (
  <Group gap="xs">
    {app.suggested_questions
      .filter((question) => question !== '')
      .map((question, i) => (
        <Button
          key={i}
          size="compact-sm"
          variant="light"
          h="auto"
          py={4}
          styles={{ label: { whiteSpace: 'normal', textAlign: 'start', lineHeight: 1.5 } }}
          onClick={() => ask(question)}
          disabled={!app.runnable}
        >
          {question}
        </Button>
      ))}
  </Group>
);

const Exchange = ({ turn: { query, files, seen } }: { turn: Turn }) => {
  const { t } = useTranslation();
  const isRunning = seen.state === 'running';
  return (
    <>
      <div className={styles.asked}>
        <Text size="sm">{query}</Text>
        {files.map(({ name }, i) => (
          <Text key={i} size="xs" className="soft">
            {name}
          </Text>
        ))}
      </div>
      {seen.answer !== '' && <Written text={seen.answer} isWhole={!isRunning} />}
      {seen.error && (
        <div role="alert">
          <Failure error={seen.error} />
        </div>
      )}
      <Group gap="xs">
        {isRunning && <Loader size={14} aria-label={t('playground.busy')} />}
        <RunFacts seen={seen} />
      </Group>
    </>
  );
};

interface ComposerProps {
  readonly app: AppReply;
  /** What stands in it at first. */
  readonly first: string | undefined;
  readonly isRunning: boolean;
  /** Labels of fields that must be filled in first. */
  readonly missing: readonly string[];
  readonly ask: (query: string, files: readonly GivenFile[]) => void;
  readonly stop: () => void;
}

const Composer = ({ app, first = '', isRunning, missing, ask, stop }: ComposerProps) => {
  const { t } = useTranslation();
  const [query, setQuery] = useState(first);
  const [files, setFiles] = useState<readonly GivenFile[]>([]);
  const rule = questionFiles(app);
  const isReady = query.trim() !== '' && missing.length === 0 && !isRunning && app.runnable;
  const send = (): void => {
    if (!isReady) return;
    ask(query, files);
    setQuery('');
    setFiles([]);
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <Stack gap="xs">
      <Textarea
        label={t('scene.query')}
        placeholder={t('playground.promptHint')}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={pressed}
        autosize
        minRows={2}
        maxRows={8}
      />
      {rule && (
        <FilePick
          appId={app.id}
          label={t('run.files')}
          rule={rule}
          files={files}
          change={setFiles}
        />
      )}
      <Hindrances missing={missing} isRunnable={app.runnable} />
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" className="soft">
          {t('playground.enterSends')}
        </Text>
        {isRunning ? (
          <Button key="stop" variant="default" onClick={stop}>
            {t('playground.stop')}
          </Button>
        ) : (
          <Button key="send" onClick={send} disabled={!isReady}>
            {t('playground.send')}
          </Button>
        )}
      </Group>
    </Stack>
  );
};
