import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../data/me.ts';
import { Page } from '../../ui/page.tsx';
import { Deployments } from './deployments.tsx';
import { part } from '../../ui/part.tsx';

const ConfigView = part(async () => (await import('./config-view.tsx')).ConfigView);

/** What serves, how it is, and the config that says so. */
export const Models = () => {
  const { t } = useTranslation();
  const { tab = 'deployments' } = useSearch({ from: '/models' });
  const navigate = useNavigate({ from: '/models' });
  const { isAdmin } = useMe();
  return (
    <Page title={t('models.title')} about={t('models.about')}>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: next === 'config' ? { tab: 'config' } : {} })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="deployments">{t('models.deployments')}</Tabs.Tab>
          {isAdmin && <Tabs.Tab value="config">{t('models.config')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="deployments">
          <Deployments />
        </Tabs.Panel>
        <Tabs.Panel value="config">
          <Suspense>
            <ConfigView />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
};
