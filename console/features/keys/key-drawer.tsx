import { Anchor, Group, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { withNamed } from '../../data/allowance.ts';
import { type ShownKey, useKey } from '../../data/keys.ts';
import { useDurationName } from '../../ui/allowance-fields.tsx';
import { Facts } from '../../ui/facts.tsx';
import { useFormat } from '../../ui/format.ts';
import { IdText } from '../../ui/id-text.tsx';
import { LimitsText } from '../../ui/limits-text.tsx';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import { SpenderBar } from '../../ui/spender-bar.tsx';
import { KeyActions } from './key-actions.tsx';
import { KeyState } from './key-state.tsx';

interface KeyDrawerProps {
  readonly token: string | undefined;
  readonly close: () => void;
  readonly change: (key: ShownKey) => void;
}

/** One key: what it may, what it has spent, and what can be done with it. */
export const KeyDrawer = ({ token, close, change }: KeyDrawerProps) => {
  const { t } = useTranslation();
  const key = useKey(token);
  return (
    <SideDrawer title={t('keys.one')} isOpen={token !== undefined} close={close} of={key}>
      {key.data && <Opened of={key.data} close={close} change={change} />}
    </SideDrawer>
  );
};

const Opened = ({ of, close, change }: Omit<KeyDrawerProps, 'token'> & { of: ShownKey }) => {
  const { t } = useTranslation();
  const durationOf = useDurationName();
  const format = useFormat();
  const allowance = withNamed(of);
  const name = of.key_alias ?? of.key_name;
  const rows: [string, ReactNode][] = [
    [t('keys.column.key'), of.key_name],
    [t('keys.user'), of.user_id ?? '–'],
    [t('keys.team'), of.team_id ?? '–'],
    [t('keys.models'), of.models?.length ? of.models.join(', ') : t('keys.allModels')],
    [t('keys.column.limits'), <LimitsText key="limits" of={allowance} />],
    [
      t('allowance.duration'),
      allowance.budget_duration ? durationOf(allowance.budget_duration) : t('allowance.ever'),
    ],
    [t('keys.spentEver'), format.cost(of.total_spend)],
    [t('keys.expires'), of.expires ? format.date(of.expires) : t('keys.never')],
    [t('keys.type'), t(`keys.types.${typeOf(of)}`)],
    [t('keys.tags'), of.tags?.length ? of.tags.join(', ') : '–'],
    [t('keys.waits'), t(of.queue ? 'form.yes' : 'form.no')],
    [t('keys.usage'), t(of.always_include_usage ? 'form.yes' : 'form.no')],
    [t('keys.ips'), of.allowed_ips?.length ? of.allowed_ips.join(', ') : '–'],
    [t('keys.made'), of.created_at ? format.date(of.created_at) : '–'],
    [t('keys.hash'), <IdText key="hash" id={of.token} label={t('keys.copyHash')} />],
  ];
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <Title order={3} size="h4" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Title>
        <KeyState of={of} />
      </Group>
      <SpenderBar label={name} of={of} />
      <KeyActions of={of} name={name} close={close} change={() => change(of)} />
      <Group gap="md">
        <Anchor component={Link} to="/requests" search={requestsOf(of) as never} size="sm">
          {t('keys.itsRequests')}
        </Anchor>
        <Anchor component={Link} to="/usage" search={{ key: of.token } as never} size="sm">
          {t('keys.itsUsage')}
        </Anchor>
      </Group>
      <Facts rows={rows} />
    </Stack>
  );
};

const requestsOf = ({ token }: ShownKey) => ({ of: 'history', key: token });

const TYPES = ['llm_api', 'management', 'read_only'] as const;

const typeOf = ({ key_type: type }: ShownKey) => TYPES.find((one) => one === type) ?? 'default';
