import { Group, ScrollArea, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UsageReply } from '#gateway/console/kept-shapes.ts';
import type { UsageRow } from '../../data/usage.ts';
import { useFormat } from '../../ui/format.ts';
import { RowButton } from '../../ui/row-button.tsx';
import type { UsageBy } from './search.ts';
import { colorOf, Dot } from './usage-chart.tsx';
import { useNameOf } from './use-name-of.ts';

interface UsageTableProps {
  readonly usage: UsageReply;
  readonly of: 'spend' | 'requests' | 'tokens';
  readonly by: UsageBy;
  readonly narrow: ((row: UsageRow) => void) | undefined;
}

const VALUES: Readonly<Record<UsageTableProps['of'], (row: UsageRow) => number>> = {
  spend: ({ spend }) => spend,
  requests: ({ requests }) => requests,
  tokens: (row) => row.input_tokens + row.output_tokens,
};

const NOWRAP = { whiteSpace: 'nowrap' } as const;

/** The same in numbers, the largest first. */
export const UsageTable = ({ usage, of, by, narrow }: UsageTableProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf(by);
  const most = Math.max(...usage.rows.map(VALUES[of]), Number.MIN_VALUE);
  return (
    <ScrollArea.Autosize type="auto" offsetScrollbars="y" mah={560} viewportProps={{ tabIndex: 0 }}>
      <Table verticalSpacing={6} fz="sm" className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('usage.name')}</Table.Th>
            <Table.Th ta="right" style={NOWRAP}>
              {t('usage.requests')}
            </Table.Th>
            <Table.Th ta="right" style={NOWRAP}>
              {t('usage.tokens')}
            </Table.Th>
            <Table.Th ta="right" style={NOWRAP}>
              {t('usage.spend')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {usage.rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td miw={120}>
                <Group gap={8} wrap="nowrap">
                  <Dot color={colorOf(usage, row.id)} />
                  {narrow && row.id !== '' ? (
                    <RowButton open={() => narrow(row)}>{nameOf(row)}</RowButton>
                  ) : (
                    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                      {nameOf(row)}
                    </Text>
                  )}
                </Group>
                <Share share={VALUES[of](row) / most} color={colorOf(usage, row.id)} />
              </Table.Td>
              <Table.Td ta="right">
                {format.count(row.requests)}
                {row.failures > 0 && (
                  <Text size="xs" c="var(--bad)">
                    {t('usage.ofThemFailed', { shown: format.count(row.failures) })}
                  </Text>
                )}
              </Table.Td>
              <Table.Td ta="right">{format.short(row.input_tokens + row.output_tokens)}</Table.Td>
              <Table.Td ta="right">{format.cost(row.spend)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {usage.left_out > 0 && (
        <Text size="xs" className="soft" mt="xs">
          {t('usage.leftOut', { shown: format.count(usage.left_out) })}
        </Text>
      )}
    </ScrollArea.Autosize>
  );
};

const Share = ({ share, color }: { share: number; color: string }) => (
  <div
    style={{ background: 'var(--faint)', borderRadius: 3, height: 5, marginTop: 4 }}
    aria-hidden="true"
  >
    <div style={{ width: `${share * 100}%`, height: '100%', borderRadius: 3, background: color }} />
  </div>
);
