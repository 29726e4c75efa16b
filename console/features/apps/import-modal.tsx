import {
  Alert,
  Button,
  FileInput,
  Group,
  Stack,
  Tabs,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppRow, ImportReply } from '#gateway/console/app-shapes.ts';
import { type ImportAsk, importApp } from '../../data/apps.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote, Original } from '../../ui/error-note.tsx';
import { useServerWords } from '../../ui/server-words.ts';
import { Checklist } from './checklist.tsx';
import { Unmapped } from './unmapped.tsx';

interface ImportModalProps {
  readonly isOpen: boolean;
  readonly close: () => void;
  /** An app in whose place the imported one is put. */
  readonly replaced?: AppRow;
}

type Source = 'file' | 'text' | 'url';

interface Given {
  readonly file: File | null;
  readonly text: string;
  readonly url: string;
}

/** An app's DSL by file, as a text, or from an address; then what is missing for it to run. */
export const ImportModal = ({ isOpen, close, replaced }: ImportModalProps) => {
  const { t } = useTranslation();
  return (
    <Dialog
      title={replaced ? t('apps.import.replace', { name: replaced.name }) : t('apps.import.title')}
      isOpen={isOpen}
      close={close}
    >
      <Body close={close} replaced={replaced} />
    </Dialog>
  );
};

const Body = ({ close, replaced }: Omit<ImportModalProps, 'isOpen'>) => {
  const { t } = useTranslation();
  const [source, setSource] = useState<Source>('file');
  const [given, setGiven] = useState<Given>({ file: null, text: '', url: '' });
  const [result, setResult] = useState<ImportReply>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const { said } = useServerWords();
  const send = async (confirm: boolean): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const what: ImportAsk =
        source === 'url'
          ? { yaml_url: given.url.trim() }
          : { yaml: source === 'text' ? given.text : ((await given.file?.text()) ?? '') };
      setResult(await importApp({ ...what, confirm, ...(replaced && { app_id: replaced.id }) }));
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  if (result?.app_id != null)
    return <Imported result={result} appId={result.app_id} close={close} />;
  const isReady = source === 'file' ? given.file !== null : given[source].trim() !== '';
  const choose = (next: Source): void => {
    setSource(next);
    setResult(undefined);
  };
  const change = (more: Partial<Given>): void => setGiven({ ...given, ...more });
  return (
    <Stack>
      <Sources source={source} given={given} change={change} choose={choose} />
      {error !== undefined && <ErrorNote error={error} />}
      {result?.status === 'failed' && (
        <Alert
          color="red"
          variant="light"
          role="alert"
          title={t('apps.import.failed')}
          styles={{ title: { color: 'var(--bad)' } }}
        >
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {said(result.error ?? '')}
          </Text>
          {said(result.error ?? '') !== result.error && <Original text={result.error ?? ''} />}
        </Alert>
      )}
      {result?.status === 'pending' ? (
        <Newer result={result} isBusy={isBusy} again={() => void send(true)} />
      ) : (
        <Group justify="end">
          <Button disabled={!isReady} loading={isBusy} onClick={() => void send(false)}>
            {t('apps.import.button')}
          </Button>
        </Group>
      )}
    </Stack>
  );
};

interface SourcesProps {
  readonly source: Source;
  readonly given: Given;
  readonly change: (more: Partial<Given>) => void;
  readonly choose: (source: Source) => void;
}

/** Where the DSL comes from. */
const Sources = ({ source, given, change, choose }: SourcesProps) => {
  const { t } = useTranslation();
  return (
    <Tabs value={source} onChange={(next) => choose(next as Source)}>
      <Tabs.List mb="md">
        {(['file', 'text', 'url'] as const).map((name) => (
          <Tabs.Tab key={name} value={name}>
            {t(`apps.import.by.${name}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="file">
        <FileInput
          label={t('apps.import.file')}
          description={t('apps.import.fileHint')}
          placeholder={t('apps.import.pick')}
          accept=".yml,.yaml"
          value={given.file}
          onChange={(file) => change({ file })}
          clearable
        />
      </Tabs.Panel>
      <Tabs.Panel value="text">
        <Textarea
          label={t('apps.import.text')}
          value={given.text}
          onChange={(event) => change({ text: event.currentTarget.value })}
          minRows={10}
          maxRows={18}
          autosize
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      </Tabs.Panel>
      <Tabs.Panel value="url">
        <TextInput
          label={t('apps.import.url')}
          description={t('apps.import.urlHint')}
          placeholder="https://"
          value={given.url}
          onChange={(event) => change({ url: event.currentTarget.value })}
        />
      </Tabs.Panel>
    </Tabs>
  );
};

const Newer = (props: { result: ImportReply; isBusy: boolean; again: () => void }) => {
  const { t } = useTranslation();
  const { result, isBusy, again } = props;
  return (
    <Alert
      color="orange"
      variant="light"
      role="alert"
      title={t('apps.import.newer')}
      styles={{ title: { color: 'var(--warn)' } }}
    >
      <Text size="sm">
        {t('apps.import.newerText', {
          theirs: result.imported_dsl_version,
          ours: result.current_dsl_version,
        })}
      </Text>
      <Group justify="end" mt="sm">
        <Button loading={isBusy} onClick={again}>
          {t('apps.import.confirm')}
        </Button>
      </Group>
    </Alert>
  );
};

const Imported = (props: { result: ImportReply; appId: string; close: () => void }) => {
  const { t } = useTranslation();
  const { result, appId, close } = props;
  return (
    <Stack>
      <Text size="sm" role="status">
        {t(`apps.import.done.${result.checklist.length === 0 ? 'ready' : 'missing'}`)}
      </Text>
      <Checklist items={result.checklist} />
      <Unmapped appId={appId} />
      <Group justify="end">
        <Button variant="default" onClick={close}>
          {t('apps.close')}
        </Button>
        <Button
          component={Link}
          to="/apps/$appId"
          params={{ appId } as never}
          onClick={close}
          data-testid="open-imported"
        >
          {t('apps.import.open')}
        </Button>
      </Group>
    </Stack>
  );
};
