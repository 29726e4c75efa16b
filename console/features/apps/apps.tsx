import { Anchor, Badge, Button, Group, SimpleGrid, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppRow } from '#gateway/console/app-shapes.ts';
import { useApps } from '../../data/apps.ts';
import { useMe } from '../../data/me.ts';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Page } from '../../ui/page.tsx';
import { AppIcon } from './app-icon.tsx';
import { AppMenu } from './app-menu.tsx';
import { ImportModal } from './import-modal.tsx';
import { useModeName } from './mode.ts';

/** The apps that are served here: each under its own API, and as a model. */
export const Apps = () => {
  const { t } = useTranslation();
  const apps = useApps();
  const { isAdmin } = useMe();
  const [isImporting, setImporting] = useState(false);
  const rows = apps.data?.data ?? [];
  return (
    <Page
      title={t('apps.title')}
      about={t('apps.about')}
      actions={
        isAdmin && <Button onClick={() => setImporting(true)}>{t('apps.import.button')}</Button>
      }
    >
      {apps.isError && <ErrorNote error={apps.error} again={() => void apps.refetch()} />}
      {apps.isSuccess && rows.length === 0 && (
        <Empty title={t('apps.none.title')} text={t('apps.none.text')}>
          {isAdmin && <Button onClick={() => setImporting(true)}>{t('apps.import.button')}</Button>}
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {rows.map((app) => (
          <Card key={app.id} app={app} />
        ))}
      </SimpleGrid>
      <ImportModal isOpen={isImporting} close={() => setImporting(false)} />
    </Page>
  );
};

const Card = ({ app }: { app: AppRow }) => {
  const { t } = useTranslation();
  const modeName = useModeName();
  return (
    <section className="panel" aria-label={app.name}>
      <Group wrap="nowrap" gap="sm" align="start">
        <AppIcon app={app} />
        <div style={{ flex: 1, minWidth: 0 }}>
          <Anchor
            component={Link}
            to="/apps/$appId"
            params={{ appId: app.id } as never}
            fw={600}
            lineClamp={2}
            style={{ overflowWrap: 'anywhere' }}
          >
            {app.name}
          </Anchor>
          <Text size="xs" className="soft">
            {modeName(app.mode)} · DSL {app.dsl_version}
          </Text>
        </div>
        <AppMenu app={app} />
      </Group>
      <Text size="sm" mt="xs" lineClamp={2} mih="2.6em" className="soft">
        {app.description}
      </Text>
      <Group gap={6} mt="xs">
        <Runnable app={app} />
        {app.source === 'folder' && (
          <Badge variant="default" radius="sm" tt="none">
            {t('apps.folder', { file: app.file })}
          </Badge>
        )}
      </Group>
    </section>
  );
};

/** Whether it can run, and how much is in its way: of all of it, or of some of its nodes. */
export const Runnable = ({ app }: { app: AppRow }) => {
  const { t } = useTranslation();
  const isWhole = app.runnable && app.problems === 0;
  const color = isWhole ? 'green' : app.runnable ? 'yellow' : 'red';
  const word = isWhole ? 'var(--good)' : app.runnable ? 'var(--warn)' : 'var(--bad)';
  return (
    <Badge variant="light" radius="sm" tt="none" color={color} c={word}>
      {isWhole ? t('apps.runnable') : t('apps.problems', { count: app.problems })}
    </Badge>
  );
};
