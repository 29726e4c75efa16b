import { AppShell, Center, Loader } from '@mantine/core';
import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onExpired } from '../data/api.ts';
import { type Me, useMe } from '../data/me.ts';
import { useSession } from '../data/queries.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';
import { SignIn } from './sign-in.tsx';

const FIRST_PAGES: readonly string[] = ['/', '/overview', '/start'];

/** Where somebody is led on to from a page that is nothing for them; undefined where they may stay. */
const leadOn = (from: string, me: Me, isDemo: boolean): '/keys' | '/overview' | undefined => {
  // Where everybody is led at first is not for those who see only what is theirs.
  if (!me.seesAll && me.keeps && FIRST_PAGES.includes(from)) return '/keys';
  return from === '/start' && !isDemo ? '/overview' : undefined;
};

/** The frame of every page. A session that has ended is asked for above the page: what was typed stays. */
export const Shell = () => {
  const session = useSession();
  const [isOpen, setOpen] = useState(false);
  const [isExpired, setExpired] = useState(false);
  const { t } = useTranslation();
  const me = useMe();
  const { pathname } = useLocation();
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
  const onTo = leadOn(pathname, me, session.data.demo);
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
        {me.seesAll && <ConnectionBanner />}
        {onTo ? <Navigate to={onTo} replace /> : <Outlet />}
      </AppShell.Main>
      {isExpired && session.data.needs_key && (
        <SignIn isOverlay signedIn={() => setExpired(false)} />
      )}
    </AppShell>
  );
};
