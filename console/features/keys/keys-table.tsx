import { Badge, Group, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { withNamed } from '../../data/allowance.ts';
import type { ShownKey } from '../../data/keys.ts';
import { useTeamNames } from '../../data/teams.ts';
import { LimitsText } from '../../ui/limits-text.tsx';
import { RowButton } from '../../ui/row-button.tsx';
import { SpenderBar } from '../../ui/spender-bar.tsx';
import { KeyState } from './key-state.tsx';

interface KeysTableProps {
  readonly rows: readonly ShownKey[];
  readonly open: (token: string) => void;
}

const MODELS_SHOWN = 2;

export const KeysTable = ({ rows, open }: KeysTableProps) => {
  const { t } = useTranslation();
  const teams = useTeamNames();
  return (
    <div className="panel" style={{ padding: 0, overflowX: 'auto' }}>
      <Table verticalSpacing="xs" horizontalSpacing="md" fz="sm" highlightOnHover miw={860}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('keys.column.key')}</Table.Th>
            <Table.Th>{t('keys.column.state')}</Table.Th>
            <Table.Th>{t('keys.column.owner')}</Table.Th>
            <Table.Th>{t('keys.column.models')}</Table.Th>
            <Table.Th>{t('keys.column.limits')}</Table.Th>
            <Table.Th w={280}>{t('keys.column.money')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.token} className="rowlink" onClick={() => open(row.token)}>
              <Table.Td>
                <RowButton open={() => open(row.token)}>{row.key_alias ?? row.key_name}</RowButton>
                {row.key_alias && (
                  <Text size="xs" className="soft" ff="monospace">
                    {row.key_name}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <KeyState of={row} />
              </Table.Td>
              <Table.Td>
                <Text size="sm">{row.user_id ?? (row.team_id ? '' : '–')}</Text>
                {row.team_id && (
                  <Text size="xs" className="soft">
                    {t('keys.inTeam', { team: teams(row.team_id) })}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <Models names={row.models ?? []} />
              </Table.Td>
              <Table.Td>
                <LimitsText of={withNamed(row)} />
              </Table.Td>
              <Table.Td>
                <SpenderBar label={row.key_alias ?? row.key_name} of={row} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
};

const Models = ({ names }: { names: readonly string[] }) => {
  const { t } = useTranslation();
  if (names.length === 0)
    return (
      <Text size="sm" className="soft">
        {t('keys.allModels')}
      </Text>
    );
  const left = names.length - MODELS_SHOWN;
  return (
    <Group gap={4} title={names.join(', ')}>
      {names.slice(0, MODELS_SHOWN).map((name) => (
        <Badge key={name} variant="default" radius="sm" size="sm" tt="none" maw={150}>
          {name}
        </Badge>
      ))}
      {left > 0 && (
        <Text size="xs" className="soft">
          +{left}
        </Text>
      )}
    </Group>
  );
};
