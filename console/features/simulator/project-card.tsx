import { Group, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SimulatorReply } from '#gateway/console/shapes.ts';
import { useFormat } from '../../ui/format.ts';
import { Gauge } from '../../ui/gauge.tsx';
import { Status } from '../../ui/status.tsx';

type Project = SimulatorReply['projects'][number];

/** Calls that a card shows. */
const MOST = 8;

export const ProjectCard = ({ project }: { project: Project }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { requests, tokens, other } = project.refused;
  const refused = requests + tokens + other;
  return (
    <section className="panel">
      <Group justify="space-between" align="start" mb="sm">
        <Title order={2} size="h5">
          {project.id}
        </Title>
        <Stack gap={0} align="flex-end">
          <Text fz={26} fw={650} lh={1.1} className="numbers" data-testid={`project-${project.id}`}>
            {format.count(project.admitted)}
          </Text>
          <Text size="xs" className="soft">
            {t('simulator.admitted')}
          </Text>
        </Stack>
      </Group>
      <Stack gap={8} mb="md">
        {project.limits.slice(0, 4).map((limit) => (
          <Gauge
            key={`${limit.model} ${limit.dimension} ${limit.window_s} ${limit.scope}`}
            dimension={limit.dimension}
            limit={limit.limit}
            window_s={limit.window_s}
            capacity={limit.limit}
            level={limit.remaining}
            known_from={limit.model}
          />
        ))}
        {refused > 0 && (
          <Text size="xs" className="numbers" c="var(--bad)">
            {t('simulator.refused', { count: refused, shown: format.count(refused) })}
          </Text>
        )}
      </Stack>
      <Calls calls={project.calls} />
    </section>
  );
};

const Calls = ({ calls }: Pick<Project, 'calls'>) => {
  const { t } = useTranslation();
  const format = useFormat();
  if (calls.length === 0)
    return (
      <Text size="sm" className="soft">
        {t('simulator.noCalls')}
      </Text>
    );
  return (
    <Table fz="xs" verticalSpacing={3} horizontalSpacing={6} className="numbers">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('simulator.time')}</Table.Th>
          <Table.Th>{t('simulator.status')}</Table.Th>
          <Table.Th ta="right">{t('simulator.input')}</Table.Th>
          <Table.Th ta="right">{t('simulator.output')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {calls.slice(0, MOST).map((call, i) => (
          <Table.Tr key={`${call.at} ${i}`}>
            <Table.Td>{format.time(call.at)}</Table.Td>
            <Table.Td>
              <Group gap={4} wrap="nowrap">
                <Status status={call.status} />
                {call.fault !== undefined && <Text size="xs">{call.fault}</Text>}
              </Group>
            </Table.Td>
            <Table.Td ta="right">{format.count(call.input_tokens)}</Table.Td>
            <Table.Td ta="right">{format.count(call.output_tokens)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};
