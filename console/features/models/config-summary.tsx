import { Code, Stack, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CheckReply } from '#gateway/console/shapes.ts';
import { useServerWords } from '../../ui/server-words.ts';

type Parts = NonNullable<CheckReply['summary']>;

/** What `check` tells of a config that can be read, in the reader's language. */
export const ConfigSummary = ({ parts }: { parts: Parts }) => {
  const { lines } = useServerWords();
  return (
    <Stack>
      {parts.map((part, i) =>
        typeof part === 'string' ? (
          <Code key={i} block fz={12} style={{ overflowX: 'auto' }} tabIndex={0}>
            {lines(part)}
          </Code>
        ) : (
          <SummaryTable key={i} {...part} />
        ),
      )}
    </Stack>
  );
};

const SummaryTable = ({ heads, amounts, rows }: Exclude<Parts[number], string>) => {
  const { t } = useTranslation();
  const { said } = useServerWords();
  const align = (i: number): 'right' | 'left' => (amounts.includes(heads[i]!) ? 'right' : 'left');
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table fz="xs" className="numbers">
        <Table.Thead>
          <Table.Tr>
            {heads.map((head, i) => (
              <Table.Th key={head} ta={align(i)}>
                {t(`models.heads.${head}` as 'models.heads.GROUP', { defaultValue: head })}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells, row) => (
            <Table.Tr key={row}>
              {cells.map((cell, i) => (
                <Table.Td key={heads[i]} ta={align(i)}>
                  {said(cell)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
};
