import { NavLink, Stack } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import {
  ApiIcon,
  DifyIcon,
  ModelsIcon,
  OverviewIcon,
  PlanIcon,
  PlaygroundIcon,
  RequestsIcon,
  SimulatorIcon,
  StartIcon,
} from '../ui/icons.tsx';

const PAGES = [
  ['/overview', 'overview', OverviewIcon],
  ['/requests', 'requests', RequestsIcon],
  ['/playground', 'playground', PlaygroundIcon],
  ['/models', 'models', ModelsIcon],
  ['/plan', 'plan', PlanIcon],
  ['/simulator', 'simulator', SimulatorIcon],
  ['/dify', 'dify', DifyIcon],
  ['/api', 'api', ApiIcon],
  ['/start', 'start', StartIcon],
] as const satisfies readonly (readonly [string, string, ComponentType])[];

/** Pages that are there only while the vendor is played. */
const DEMO_PAGES: readonly string[] = ['/simulator', '/start'];

export const Navigation = ({ isDemo, chosen }: { isDemo: boolean; chosen: () => void }) => {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <Stack gap={2} component="nav" aria-label={t('shell.pages')}>
      {PAGES.filter(([path]) => isDemo || !DEMO_PAGES.includes(path)).map(([path, name, Icon]) => (
        <NavLink
          key={path}
          component={Link}
          to={path}
          onClick={chosen}
          label={t(`nav.${name}`)}
          leftSection={<Icon />}
          active={pathname.endsWith(path)}
          aria-current={pathname.endsWith(path) ? 'page' : undefined}
          style={{ borderRadius: 8 }}
          styles={{ label: { fontSize: '0.875rem' } }}
        />
      ))}
    </Stack>
  );
};
