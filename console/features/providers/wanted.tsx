import { Anchor, Button, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppModelsReply } from '#gateway/console/app-shapes.ts';
import { useApps } from '../../data/apps.ts';
import { emptyForm, type ModelForm } from './form.ts';

interface WantedProps {
  readonly rows: AppModelsReply['wanted'];
  /** Where the reader may say where a model is. */
  readonly map: ((form: ModelForm) => void) | undefined;
}

/** Models that apps name, and who serves each of them. */
export const Wanted = ({ rows, map }: WantedProps) => {
  const { t } = useTranslation();
  if (rows.length === 0)
    return (
      <Text size="sm" className="soft">
        {t('providers.nothingWanted')}
      </Text>
    );
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table fz="sm" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('providers.provider')}</Table.Th>
            <Table.Th>{t('providers.name')}</Table.Th>
            <Table.Th>{t('providers.apps')}</Table.Th>
            <Table.Th>{t('providers.servedBy')}</Table.Th>
            {map && <Table.Th w={110} aria-label={t('providers.actions')} />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={`${row.provider} ${row.name}`} data-testid={`wanted-${row.name}`}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{row.provider}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{row.name}</Table.Td>
              <Table.Td>
                <AppLinks ids={row.apps} />
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {row.served_by ?? (
                  <Text size="sm" c="var(--bad)" title={row.problem ?? undefined}>
                    {t('providers.unserved')}
                  </Text>
                )}
              </Table.Td>
              {map && (
                <Table.Td ta="end">
                  <Button
                    size="compact-xs"
                    variant={row.served_by === null ? 'filled' : 'default'}
                    aria-label={t('providers.mapModel', { name: row.name })}
                    onClick={() => map(emptyForm(row.provider, row.name))}
                  >
                    {t('providers.map')}
                  </Button>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
};

const AppLinks = ({ ids }: { ids: readonly string[] }) => {
  const apps = useApps();
  const names = new Map(apps.data?.data.map(({ id, name }) => [id, name]));
  return ids.map((id, i) => (
    <Fragment key={id}>
      {i > 0 && ', '}
      <Anchor
        component={Link}
        to="/apps/$appId"
        params={{ appId: id } as never}
        size="sm"
        underline="always"
        style={{ overflowWrap: 'anywhere' }}
      >
        {names.get(id) ?? id}
      </Anchor>
    </Fragment>
  ));
};
