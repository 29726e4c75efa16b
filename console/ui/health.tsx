import { Badge, Tooltip } from '@mantine/core';
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

/** How a deployment is, in a word; why, when one points at it. */
export const Health = ({ now }: { now: DeploymentNow | undefined }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { said } = useServerWords();
  if (!now) return null;
  const state = now.paused ? 'paused' : (STATES.find((one) => one === now.health) ?? 'well');
  const back =
    now.back_s === null ? '' : ` · ${t('health.back', { span: format.span(now.back_s) })}`;
  const why = `${now.why === null ? t(`health.about.${state}`) : said(now.why)}${back}`;
  return (
    <Tooltip label={why}>
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
