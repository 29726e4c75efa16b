import { Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DecisionReply } from '#gateway/console/shapes.ts';
import { useCallerName } from '../../data/callers.ts';
import { useDecision } from '../../data/queries.ts';
import { useDimension } from '../../ui/dimension.ts';
import { Facts } from '../../ui/facts.tsx';
import { useFormat } from '../../ui/format.ts';
import { IdText } from '../../ui/id-text.tsx';
import { useServerWords } from '../../ui/server-words.ts';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import { Status } from '../../ui/status.tsx';
import { Told } from '../../ui/told.tsx';
import { Candidates } from './candidates.tsx';
import { Timeline } from './timeline.tsx';
import { useWhySo } from './why-so.ts';

/** One request, opened: where its time went, and why it went where it went. */
export const Detail = ({ id, close }: { id: string | undefined; close: () => void }) => {
  const { t } = useTranslation();
  const decision = useDecision(id);
  return (
    <SideDrawer
      title={t('detail.title')}
      isOpen={id !== undefined}
      close={close}
      size="xl"
      of={decision}
    >
      {decision.data && <Opened decision={decision.data} />}
    </SideDrawer>
  );
};

const Opened = ({ decision }: { decision: DecisionReply }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const whySo = useWhySo();
  const nameOf = useCallerName();
  const model = decision.group || decision.asked_model;
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <Status status={decision.status} />
        {model && (
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {model}
          </Text>
        )}
        <Text size="sm" className="soft numbers">
          {format.date(decision.time)}
        </Text>
        <Badge variant="default" radius="sm" tt="none">
          {nameOf(decision.tenant)}
        </Badge>
      </Group>
      <Text size="lg" lh={1.5} data-testid="why-so">
        {whySo(decision)}
      </Text>
      {decision.error !== null && <Told error={decision.error} status={decision.status} />}
      <Timeline decision={decision} />
      <section>
        <Title order={3} size="h6" mb="xs">
          {t('detail.choice', { policy: decision.policy })}
        </Title>
        <Candidates decision={decision} />
      </section>
      {decision.wait && <Wait wait={decision.wait} />}
      <section>
        <Title order={3} size="h6" mb="xs">
          {t('detail.more')}
        </Title>
        <Facts
          rows={[
            [t('detail.input'), countOf(decision.input_tokens, format.count)],
            [t('detail.output'), countOf(decision.output_tokens, format.count)],
            [t('overview.cost'), countOf(decision.cost_usd, format.cost)],
            ...(decision.fallback === null
              ? []
              : [[t('detail.fallback'), decision.fallback] as const]),
            [t('detail.id'), <IdText key="id" id={decision.id} label={t('detail.copyId')} />],
          ]}
        />
      </section>
    </Stack>
  );
};

const Wait = ({ wait }: { wait: NonNullable<DecisionReply['wait']> }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { unitOf } = useDimension();
  const { said } = useServerWords();
  const { own } = wait;
  const nameOf = useCallerName();
  const tenants = (all: (typeof wait)['ahead']): string =>
    all.length === 0
      ? '–'
      : all.map(({ tenant, tokens }) => `${nameOf(tenant)} ${format.count(tokens)}`).join(', ');
  return (
    <section>
      <Title order={3} size="h6" mb="xs">
        {t('detail.wait')}
      </Title>
      <Facts
        rows={[
          [t('detail.pool'), wait.pool ?? '–'],
          ...(own
            ? [
                [
                  t('detail.own'),
                  `${said(own.setting)}: ${t('detail.left', {
                    level: format.count(own.level),
                    capacity: format.count(own.limit),
                    dimension: unitOf(own.dimension),
                  })}`,
                ] as const,
              ]
            : []),
          [t('detail.takes'), format.count(wait.takes_tokens)],
          [t('detail.predicted'), format.span(wait.predicted_s)],
          [t('detail.mightWait'), format.span(wait.might_wait_s)],
          [t('detail.inLine'), format.count(wait.requests_in_line)],
          [t('detail.ahead'), tenants(wait.ahead)],
          [t('detail.used'), tenants(wait.used)],
        ]}
      />
    </section>
  );
};

const countOf = (value: number | null, count: (value: number) => string): string =>
  value === null ? '–' : count(value);
