import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ModelsReply, QuotaReply } from '#gateway/console/shapes.ts';
import { useDimension } from '../../ui/dimension.ts';
import { Dotted } from '../../ui/dotted.tsx';
import { useFormat } from '../../ui/format.ts';
import { Gauge, KnownFrom } from '../../ui/gauge.tsx';

interface LimitsProps {
  readonly row: ModelsReply['deployments'][number];
  readonly pools: QuotaReply['pools'];
}

/** What was found, beside what the config says. */
export const Limits = ({ row, pools }: LimitsProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { unitOf, perOf } = useDimension();
  const found = pools
    .filter(({ deployments }) => deployments.includes(row.deployment))
    .flatMap(({ pool, limits }) => limits.map((limit) => ({ ...limit, pool })));
  const written = [
    ...row.limits.map(
      (one) => `${format.count(one.limit)} ${unitOf(one.dimension)}${perOf(one.window_s)}`,
    ),
    ...(row.rpm === null ? [] : [`rpm ${format.count(row.rpm)}`]),
    ...(row.tpm === null ? [] : [`tpm ${format.count(row.tpm)}`]),
  ];
  return (
    <Stack gap={5}>
      {found.length === 0 && (
        <Text size="xs" className="soft">
          {t('models.noLimitFound')}
        </Text>
      )}
      {found.map(({ pool, ...limit }) => (
        <Gauge key={`${pool} ${limit.dimension} ${limit.window_s}`} {...limit} />
      ))}
      <Text size="xs" className="soft" component="div">
        <Dotted>
          {found[0] && <KnownFrom source={found[0].known_from} />}
          {written.length === 0
            ? t('models.notConfigured')
            : t('models.configured', { limits: written.join(', ') })}
        </Dotted>
      </Text>
    </Stack>
  );
};
