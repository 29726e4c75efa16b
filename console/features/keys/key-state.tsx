import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ShownKey } from '../../data/keys.ts';

const SOON_MS = 7 * 86_400_000;

/** Whether a key opens, and for how long still. */
export const KeyState = ({ of }: { of: Pick<ShownKey, 'blocked' | 'expires'> }) => {
  const { t } = useTranslation();
  const leftMs = of.expires ? Date.parse(of.expires) - Date.now() : Infinity;
  const state = of.blocked
    ? 'blocked'
    : leftMs <= 0
      ? 'expired'
      : leftMs < SOON_MS
        ? 'soon'
        : 'open';
  const [color, ink] = {
    open: ['green', 'var(--good)'],
    soon: ['orange', 'var(--warn)'],
    expired: ['red', 'var(--bad)'],
    blocked: ['red', 'var(--bad)'],
  }[state] as [string, string];
  return (
    <Badge variant="light" color={color} c={ink} radius="sm" size="sm" tt="none">
      {t(`keys.state.${state}`)}
    </Badge>
  );
};
