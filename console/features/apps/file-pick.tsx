import { ActionIcon, Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { uploadFile } from '../../data/apps.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import type { FileRule } from './fields.ts';

/** A file as a run takes it, and what people call it. */
export interface GivenFile {
  readonly name: string;
  readonly ref: Readonly<Record<string, string>>;
}

interface FilePickProps {
  readonly appId: string;
  readonly label: string;
  readonly rule: FileRule;
  readonly files: readonly GivenFile[];
  readonly change: (files: readonly GivenFile[]) => void;
}

/** Files from this machine, or by address: the server fetches those. */
export const FilePick = ({ appId, label, rule, files, change }: FilePickProps) => {
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const isFull = files.length >= rule.most;
  const upload = async (picked: readonly File[]): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const room = picked.slice(0, rule.most - files.length);
      const kept = await Promise.all(room.map((file) => uploadFile(appId, file)));
      const given = kept.map(({ id, name, kind }) => ({
        name,
        ref: { type: kind, transfer_method: 'local_file', upload_file_id: id },
      }));
      change([...files, ...given]);
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  const addUrl = (url: string): void => {
    const ref = { type: kindOf(rule), transfer_method: 'remote_url', url };
    change([...files, { name: url, ref }]);
  };
  return (
    <Stack gap={6} role="group" aria-label={label}>
      <Given files={files} change={change} />
      <Group gap="xs" wrap="nowrap">
        {rule.byUpload && (
          <FileButton
            onChange={(picked) => void upload(picked)}
            accept={rule.accept}
            multiple
            inputProps={{ 'aria-label': label }}
          >
            {(props) => (
              <Button
                {...props}
                size="compact-sm"
                variant="default"
                loading={isBusy}
                disabled={isFull}
                style={{ flex: 'none' }}
              >
                {t('run.addFile')}
              </Button>
            )}
          </FileButton>
        )}
        {rule.byUrl && <ByUrl isFull={isFull} add={addUrl} />}
      </Group>
      {error !== undefined && <ErrorNote error={error} />}
    </Stack>
  );
};

const Given = ({ files, change }: Pick<FilePickProps, 'files' | 'change'>) => {
  const { t } = useTranslation();
  return files.map((file, i) => (
    <Group key={i} gap="xs" wrap="nowrap">
      <Text size="xs" truncate style={{ flex: 1 }} data-testid="given-file">
        {file.name}
      </Text>
      <ActionIcon
        size="sm"
        variant="subtle"
        color="gray"
        aria-label={t('run.withoutFile', { name: file.name })}
        onClick={() => change(files.filter((one) => one !== file))}
      >
        <CloseIcon />
      </ActionIcon>
    </Group>
  ));
};

const ByUrl = ({ isFull, add }: { isFull: boolean; add: (url: string) => void }) => {
  const { t } = useTranslation();
  const [url, setUrl] = useState('');
  return (
    <>
      <TextInput
        size="xs"
        aria-label={t('run.fileUrl')}
        placeholder="https://"
        value={url}
        disabled={isFull}
        onChange={(event) => setUrl(event.currentTarget.value)}
        style={{ flex: 1 }}
      />
      <Button
        size="compact-sm"
        variant="default"
        disabled={isFull || !/^https?:\/\/\S+$/.test(url.trim())}
        onClick={() => {
          add(url.trim());
          setUrl('');
        }}
      >
        {t('run.addUrl')}
      </Button>
    </>
  );
};

const kindOf = ({ accept }: FileRule): string =>
  accept.startsWith('image') ? 'image' : 'document';
