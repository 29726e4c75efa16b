import { AppShell, Center, Loader } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onExpired } from '../data/api.ts';
import { useSession } from '../data/queries.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';
import { SignIn } from './sign-in.tsx';

/** The frame of every page. A session that has ended is asked for above the page: what was typed stays. */
export const Shell = () => {
  const session = useSession();
  const [isOpen, setOpen] = useState(false);
  const [isExpired, setExpired] = useState(false);
  const { t } = useTranslation();
  useEffect(() => onExpired(() => setExpired(true)), []);
  if (session.isPending)
    return (
      <Center h="100vh">
        <Loader aria-label={t('shell.loading')} />
      </Center>
    );
  if (session.isError)
    return (
      <Center h="100vh" p="xl">
        <ErrorNote error={session.error} again={() => void session.refetch()} />
      </Center>
    );
  if (!session.data.signed_in) return <SignIn signedIn={() => setExpired(false)} />;
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="md"
    >
      <a className="skip" href="#content">
        {t('shell.skip')}
      </a>
      <AppShell.Header bg="var(--panel)">
        <Header isOpen={isOpen} toggle={() => setOpen(!isOpen)} session={session.data} />
      </AppShell.Header>
      <AppShell.Navbar bg="var(--panel)" p="xs">
        <Navigation isDemo={session.data.demo} chosen={() => setOpen(false)} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <ConnectionBanner />
        <Outlet />
      </AppShell.Main>
      {isExpired && session.data.needs_key && (
        <SignIn isOverlay signedIn={() => setExpired(false)} />
      )}
    </AppShell>
  );
};
