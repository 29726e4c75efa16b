import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is known of one thing: a name and a value each. */
export const Facts = ({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) => (
  <Table fz="sm" verticalSpacing={5} className="numbers">
    <Table.Tbody>
      {rows.map(([name, value]) => (
        <Table.Tr key={name}>
          <Table.Th scope="row" w="40%" fw={400} className="soft">
            {name}
          </Table.Th>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
