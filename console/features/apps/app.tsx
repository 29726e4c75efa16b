import { Anchor, Group, Loader, Stack, Tabs, Text } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppReply } from '#gateway/console/app-shapes.ts';
import { useApp } from '../../data/apps.ts';
import { Dotted } from '../../ui/dotted.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { AppIcon } from './app-icon.tsx';
import { AppMenu } from './app-menu.tsx';
import { Runnable } from './apps.tsx';
import { Checklist } from './checklist.tsx';
import { useModeName } from './mode.ts';
import { PastRuns } from './past-runs.tsx';
import { RunTab } from './run-tab.tsx';
import type { AppTab } from './search.ts';
import { Unmapped } from './unmapped.tsx';
import { part } from '../../ui/part.tsx';

const AppApi = part(async () => (await import('./app-api.tsx')).AppApi);

/** One app: run it, look at its runs, call it from elsewhere, see what it lacks. */
export const App = () => {
  const { t } = useTranslation();
  const { appId } = useParams({ from: '/apps/$appId' });
  const app = useApp(appId);
  if (app.isPending) return <Loader aria-label={t('shell.loading')} />;
  if (app.isError)
    return (
      <Page title={t('apps.title')}>
        <ErrorNote error={app.error} again={() => void app.refetch()} />
      </Page>
    );
  return <Opened key={appId} app={app.data} />;
};

const Opened = ({ app }: { app: AppReply }) => {
  const { t } = useTranslation();
  const { tab = 'run' } = useSearch({ from: '/apps/$appId' });
  const navigate = useNavigate({ from: '/apps/$appId' });
  const missing = app.checklist.length;
  return (
    <>
      <Head app={app} />
      <Tabs
        value={tab}
        onChange={(next) =>
          void navigate({ search: next === 'run' ? {} : { tab: next as AppTab } })
        }
        mt="md"
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="run">{t('apps.tab.run')}</Tabs.Tab>
          <Tabs.Tab value="runs">{t('apps.tab.runs')}</Tabs.Tab>
          <Tabs.Tab value="api">{t('apps.tab.api')}</Tabs.Tab>
          <Tabs.Tab value="missing">
            {t('apps.tab.missing')}
            {missing > 0 && ` (${missing})`}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="run">
          <RunTab app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <PastRuns app={app} />
        </Tabs.Panel>
        <Tabs.Panel value="api">
          <Suspense>
            <AppApi app={app} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="missing">
          <Panel title={t('apps.checklist.title')}>
            <Stack>
              <Checklist items={app.checklist} />
              <Unmapped appId={app.id} />
            </Stack>
          </Panel>
        </Tabs.Panel>
      </Tabs>
    </>
  );
};

const Head = ({ app }: { app: AppReply }) => {
  const { t } = useTranslation();
  const modeName = useModeName();
  return (
    <Group gap="sm" wrap="nowrap" align="start">
      <AppIcon app={app} size={44} />
      <div style={{ minWidth: 0, flex: 1 }}>
        <Group gap="xs">
          <PageTitle text={app.name} />
          <Runnable app={app} />
        </Group>
        <Text size="sm" className="soft" component="div">
          <Dotted>
            <Anchor component={Link} to="/apps" size="sm" underline="always">
              {t('apps.title')}
            </Anchor>
            {modeName(app.mode)}
            {app.description !== '' && app.description}
          </Dotted>
        </Text>
      </div>
      <AppMenu app={app} />
    </Group>
  );
};
