import { ScrollArea, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QuotaReply } from '#gateway/console/shapes.ts';
import { useCallerName } from '../../data/callers.ts';
import { useFormat } from '../../ui/format.ts';

const MOST = 8;

export const WaitingList = ({ quota }: { quota: QuotaReply | undefined }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useCallerName();
  const rows = (quota?.queues ?? []).flatMap(({ tenants, groups }) =>
    tenants.map((one) => ({ ...one, groups: groups.map(({ group }) => group).join(', ') })),
  );
  if (rows.length === 0)
    return (
      <Text size="sm" className="soft" py="md">
        {t('overview.nobodyWaits')}
      </Text>
    );
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0 }}>
      <Table verticalSpacing={4} fz="sm" className="numbers" miw={360}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('overview.who')}</Table.Th>
            <Table.Th>{t('overview.group')}</Table.Th>
            <Table.Th ta="right">{t('overview.requests')}</Table.Th>
            <Table.Th ta="right">{t('overview.tokensWord')}</Table.Th>
            <Table.Th ta="right">{t('overview.longestWord')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, MOST).map((one) => (
            <Table.Tr key={`${one.key} ${one.user} ${one.priority} ${one.groups}`}>
              <Table.Td>{nameOf(one.user === '' ? one.key : `${one.key}/${one.user}`)}</Table.Td>
              <Table.Td>{one.groups}</Table.Td>
              <Table.Td ta="right">{format.count(one.requests)}</Table.Td>
              <Table.Td ta="right">{format.short(one.tokens)}</Table.Td>
              <Table.Td ta="right">{format.span(one.oldest_s)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
};
