import { NavLink, Stack } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { type Me, useMe } from '../data/me.ts';
import {
  ApiIcon,
  AppsIcon,
  BudgetsIcon,
  DifyIcon,
  KeysIcon,
  ModelsIcon,
  OverviewIcon,
  PlanIcon,
  PlaygroundIcon,
  ProvidersIcon,
  RequestsIcon,
  SimulatorIcon,
  StartIcon,
  TeamsIcon,
  UsageIcon,
  UsersIcon,
} from '../ui/icons.tsx';

/** Whom a page is for: those who may see or change everything, where keys are kept, or where the vendor is played. */
type For = 'all' | 'seers' | 'admins' | 'kept' | 'keptSeers' | 'demo';

const PAGES = [
  ['/overview', 'overview', OverviewIcon, 'seers'],
  ['/requests', 'requests', RequestsIcon, 'all'],
  ['/playground', 'playground', PlaygroundIcon, 'all'],
  ['/apps', 'apps', AppsIcon, 'seers'],
  ['/providers', 'providers', ProvidersIcon, 'seers'],
  ['/models', 'models', ModelsIcon, 'seers'],
  ['/plan', 'plan', PlanIcon, 'admins'],
  ['/simulator', 'simulator', SimulatorIcon, 'demo'],
  ['/keys', 'keys', KeysIcon, 'kept'],
  ['/teams', 'teams', TeamsIcon, 'kept'],
  ['/users', 'users', UsersIcon, 'keptSeers'],
  ['/budgets', 'budgets', BudgetsIcon, 'kept'],
  ['/usage', 'usage', UsageIcon, 'kept'],
  ['/dify', 'dify', DifyIcon, 'all'],
  ['/api', 'api', ApiIcon, 'all'],
  ['/start', 'start', StartIcon, 'demo'],
] as const satisfies readonly (readonly [string, string, ComponentType, For])[];

const isFor = (whom: For, { seesAll, isAdmin, keeps }: Me, isDemo: boolean): boolean =>
  ({
    all: true,
    seers: seesAll,
    admins: isAdmin,
    kept: keeps,
    keptSeers: keeps && seesAll,
    demo: isDemo,
  })[whom];

/** Where something else begins: what serves, who may, and how it is used from elsewhere. */
const BEGINS: ReadonlySet<string> = new Set(['providers', 'keys', 'dify']);

/** A page of pages is where one of them is. */
const isAt = (pathname: string, path: string): boolean =>
  pathname.endsWith(path) || pathname.includes(`${path}/`);

export const Navigation = ({ isDemo, chosen }: { isDemo: boolean; chosen: () => void }) => {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const me = useMe();
  return (
    <Stack gap={2} component="nav" aria-label={t('shell.pages')}>
      {PAGES.filter(([, , , whom]) => isFor(whom, me, isDemo)).map(([path, name, Icon]) => (
        <NavLink
          key={path}
          component={Link}
          to={path}
          onClick={chosen}
          label={t(`nav.${name}`)}
          leftSection={<Icon />}
          active={isAt(pathname, path)}
          aria-current={isAt(pathname, path) ? 'page' : undefined}
          style={{ borderRadius: 8 }}
          mt={BEGINS.has(name) ? 'sm' : undefined}
          styles={{ label: { fontSize: '0.875rem' } }}
        />
      ))}
    </Stack>
  );
};
