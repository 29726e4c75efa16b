import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HistoryRecord } from '../../data/history.ts';
import { NONE, useFormat } from '../../ui/format.ts';
import { RowButton } from '../../ui/row-button.tsx';
import { Outcome } from './outcome.tsx';

interface HistoryTableProps {
  readonly rows: readonly HistoryRecord[];
  readonly open: (id: string) => void;
}

const COLUMNS = ['time', 'status', 'model', 'who', 'wait', 'total', 'tokens', 'cost'] as const;
const NUMBERS: readonly string[] = ['wait', 'total', 'tokens', 'cost'];

export const HistoryTable = ({ rows, open }: HistoryTableProps) => {
  const { t } = useTranslation();
  return (
    <div className="panel" style={{ padding: 0, overflowX: 'auto' }}>
      <Table verticalSpacing={6} horizontalSpacing="md" fz="sm" className="numbers" miw={980}>
        <Table.Thead>
          <Table.Tr>
            {COLUMNS.map((name) => (
              <Table.Th key={name} ta={NUMBERS.includes(name) ? 'right' : undefined}>
                {t(`history.column.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={row.request_id} row={row} open={() => open(row.request_id)} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};

const Row = ({ row, open }: { row: HistoryRecord; open: () => void }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const totalS = (Date.parse(row.endTime) - Date.parse(row.startTime)) / 1000;
  const tokens = row.prompt_tokens + row.completion_tokens;
  return (
    <Table.Tr className="rowlink" onClick={open}>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <RowButton open={open} isName={false}>
          {format.date(row.startTime)}
        </RowButton>
      </Table.Td>
      <Table.Td>
        <Outcome of={row} />
      </Table.Td>
      <Table.Td>
        {row.model_group || row.model || NONE}
        <Text size="xs" className="soft">
          {row.model_id}
        </Text>
      </Table.Td>
      <Table.Td>
        {row.key_name ?? (row.api_key === '' ? t('usage.master') : row.api_key.slice(0, 12))}
        <Text size="xs" className="soft">
          {[row.team_name ?? row.team_id, row.end_user].filter((one) => one !== '').join(' · ')}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{row.wait_ms ? format.span(row.wait_ms / 1000) : NONE}</Table.Td>
      <Table.Td ta="right">{format.span(totalS)}</Table.Td>
      <Table.Td ta="right">{tokens > 0 ? format.count(tokens) : NONE}</Table.Td>
      <Table.Td ta="right">{row.spend > 0 ? format.cost(row.spend) : NONE}</Table.Td>
    </Table.Tr>
  );
};
