import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../../ui/page.tsx';
import { useMe } from '../../data/me.ts';
import { useSession } from '../../data/queries.ts';
import { Chat } from './chat.tsx';
import { Suspense } from 'react';
import { Parallel } from './parallel.tsx';
import { part } from '../../ui/part.tsx';

const Chatflow = part(async () => (await import('./chatflow.tsx')).Chatflow);

/** Any model, asked by hand: one chat, two side by side, or many requests at once. */
export const Playground = () => {
  const { t } = useTranslation();
  const { tab = 'chat' } = useSearch({ from: '/playground' });
  const { data: session } = useSession();
  const { isAdmin } = useMe();
  const navigate = useNavigate({ from: '/playground' });
  // An address may come from where there was more to see.
  const isThere = { chat: true, parallel: isAdmin, chatflow: session?.demo === true }[tab];
  return (
    <Page title={t('playground.title')} about={t('playground.about')}>
      <Tabs
        value={isThere ? tab : 'chat'}
        onChange={(next) =>
          void navigate({ search: next === 'parallel' || next === 'chatflow' ? { tab: next } : {} })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="chat">{t('playground.chat')}</Tabs.Tab>
          {isAdmin && <Tabs.Tab value="parallel">{t('playground.parallel')}</Tabs.Tab>}
          {session?.demo && <Tabs.Tab value="chatflow">{t('playground.chatflow')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="chat">
          <Chat />
        </Tabs.Panel>
        <Tabs.Panel value="parallel">
          <Parallel />
        </Tabs.Panel>
        {session?.demo && (
          <Tabs.Panel value="chatflow">
            <Suspense>
              <Chatflow />
            </Suspense>
          </Tabs.Panel>
        )}
      </Tabs>
    </Page>
  );
};
