import { Badge, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QuotaReply } from '#gateway/console/shapes.ts';
import { useFormat } from './format.ts';
import { useServerWords } from './server-words.ts';

export type DeploymentNow = QuotaReply['deployments'][number];

const STATES = ['well', 'out', 'probe', 'warming'] as const;
const COLORS = { well: 'green', out: 'red', probe: 'orange', warming: 'yellow', paused: 'gray' };
const INKS = {
  well: 'var(--good)',
  out: 'var(--bad)',
  probe: 'var(--warn)',
  warming: 'var(--warn)',
  paused: 'var(--text-soft)',
};

const stateOf = ({ paused, health }: DeploymentNow): keyof typeof COLORS =>
  paused ? 'paused' : (STATES.find((one) => one === health) ?? 'well');

/** Why a deployment is as it is, and until when. */
const useWhy = (): ((now: DeploymentNow) => string) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { said } = useServerWords();
  return (now) => {
    const back =
      now.back_s === null ? '' : ` · ${t('health.back', { span: format.span(now.back_s) })}`;
    return `${now.why === null ? t(`health.about.${stateOf(now)}`) : said(now.why)}${back}`;
  };
};

/** The same in a line of its own, where it is neither well nor paused. */
export const Ailment = ({ now }: { now: DeploymentNow | undefined }) => {
  const why = useWhy();
  if (!now || ['well', 'paused'].includes(stateOf(now))) return null;
  return (
    <Text size="xs" className="soft numbers">
      {why(now)}
    </Text>
  );
};

/** How a deployment is, in a word; why, when one points at it. */
export const Health = ({ now }: { now: DeploymentNow | undefined }) => {
  const { t } = useTranslation();
  const why = useWhy();
  if (!now) return null;
  const state = stateOf(now);
  return (
    <Tooltip label={why(now)}>
      <Badge
        variant="light"
        radius="sm"
        size="sm"
        color={COLORS[state]}
        c={INKS[state]}
        tt="none"
        style={{ flex: 'none' }}
      >
        {t(`health.${state}`)}
      </Badge>
    </Tooltip>
  );
};
