import {
  ActionIcon,
  Badge,
  Burger,
  Button,
  Group,
  SegmentedControl,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SessionReply } from '#gateway/console/shapes.ts';
import { useLive } from '../data/live.ts';
import { useMe } from '../data/me.ts';
import { signOut } from '../data/queries.ts';
import { chooseLanguage, LANGUAGES, type Language } from '../i18n/i18n.ts';
import { MoonIcon, SunIcon } from '../ui/icons.tsx';
import { Mark } from './mark.tsx';

interface HeaderProps {
  readonly isOpen: boolean;
  readonly toggle: () => void;
  readonly session: SessionReply;
}

export const Header = ({ isOpen, toggle, session }: HeaderProps) => {
  const { t } = useTranslation();
  const { name, seesAll } = useMe();
  return (
    <Group h="100%" px="md" gap="sm" wrap="nowrap">
      <Burger
        opened={isOpen}
        onClick={toggle}
        hiddenFrom="sm"
        size="sm"
        aria-label={t('shell.menu')}
      />
      <Mark />
      <Text
        fw={700}
        size="lg"
        style={{ letterSpacing: '-0.01em' }}
        visibleFrom={session.needs_key ? 'xs' : undefined}
      >
        Spillway
      </Text>
      {session.demo && (
        <Badge
          variant="light"
          color="orange"
          c="var(--warn)"
          radius="sm"
          tt="none"
          visibleFrom="xs"
        >
          {t('shell.demo')}
        </Badge>
      )}
      <Group gap="xs" ml="auto" wrap="nowrap">
        {seesAll && <LiveBadge />}
        <LanguageChoice />
        <ThemeChoice />
        {name !== undefined && (
          <Text size="xs" className="soft" truncate maw={220} visibleFrom="md">
            {t('shell.signedInAs', { name })}
          </Text>
        )}
        {session.needs_key && (
          <Button size="compact-sm" variant="default" onClick={() => void signOut()}>
            {t('shell.signOut')}
          </Button>
        )}
      </Group>
    </Group>
  );
};

const LiveBadge = () => {
  const { t } = useTranslation();
  const { state } = useLive();
  const color = { live: 'var(--good)', connecting: 'var(--text-soft)', lost: 'var(--bad)' }[state];
  return (
    <Group gap={6} wrap="nowrap" visibleFrom="xs" role="status">
      <span
        style={{ width: 8, height: 8, borderRadius: 4, background: color, flex: 'none' }}
        aria-hidden="true"
      />
      <Text size="xs" c={color}>
        {t(`shell.state.${state}`)}
      </Text>
    </Group>
  );
};

const LanguageChoice = () => {
  const { t, i18n } = useTranslation();
  const names: Readonly<Record<Language, string>> = { en: 'EN', ja: '日本語' };
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('shell.language')}
      value={i18n.language}
      onChange={(value) => chooseLanguage(value as Language)}
      data={LANGUAGES.map((value) => ({ value, label: names[value] }))}
    />
  );
};

const ThemeChoice = () => {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="default"
      size="md"
      aria-label={t(isDark ? 'shell.light' : 'shell.dark')}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
};
