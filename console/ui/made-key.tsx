import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { MadeKey } from '../data/keys.ts';
import { CopyButton } from './copy.tsx';

interface MadeKeyProps {
  readonly made: Pick<MadeKey, 'key'>;
  readonly isForDify?: boolean;
  readonly close: () => void;
}

/** The key itself, for the only time. */
export const MadeKeyView = ({ made, isForDify = false, close }: MadeKeyProps) => {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert
        variant="light"
        color="orange"
        title={t('keys.once')}
        styles={{ title: { color: 'var(--warn)' } }}
      >
        {t('keys.onceMore')}
      </Alert>
      <div style={SHOWN}>
        <Shown name={t('keys.key')} value={made.key} copy={t('keys.copy')} />
        <Shown name={t('keys.base')} value={`${location.origin}/v1`} copy={t('keys.copyBase')} />
      </div>
      {isForDify && (
        <Text size="sm" className="soft">
          {t('keys.difyNext')}
        </Text>
      )}
      <Group justify="end">
        {isForDify && (
          <Button component={Link} to="/dify" variant="default">
            {t('keys.toDify')}
          </Button>
        )}
        <Button onClick={close}>{t('keys.haveIt')}</Button>
      </Group>
    </Stack>
  );
};

/** Texts that end below each other, however long the words on their buttons are. */
const SHOWN = {
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) auto',
  gap: '4px 10px',
  alignItems: 'center',
} as const;

const Shown = ({ name, value, copy }: { name: string; value: string; copy: string }) => (
  <>
    <Text size="xs" className="soft" pt={4} style={{ gridColumn: '1 / -1' }}>
      {name}
    </Text>
    <Code fz="sm" style={{ overflowWrap: 'anywhere' }} data-testid="shown-once">
      {value}
    </Code>
    <CopyButton value={value} label={copy} isText />
  </>
);
