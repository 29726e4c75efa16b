import { Button, Code, Group, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppModel, AppModelsReply } from '#gateway/console/app-shapes.ts';
import { forgetModel, useAppModels } from '../../data/app-models.ts';
import { useMe } from '../../data/me.ts';
import { Confirm, type Question } from '../../ui/confirm.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { emptyForm, formOf, type ModelForm } from './form.ts';
import { ModelModal } from './model-modal.tsx';
import { Wanted } from './wanted.tsx';

/** Where the models are that apps name: a group of this gateway, or an endpoint of their own. */
export const Providers = () => {
  const { t } = useTranslation();
  const { isAdmin } = useMe();
  const models = useAppModels();
  const [edited, setEdited] = useState<ModelForm>();
  const groups = models.data?.groups ?? [];
  const only = groups.length === 1 ? groups[0]! : '';
  // Where there is one group, nobody has to choose it.
  const open = (form: ModelForm): void => setEdited({ ...form, group: form.group || only });
  return (
    <Page
      title={t('providers.title')}
      about={t('providers.about')}
      actions={isAdmin && <Button onClick={() => open(emptyForm())}>{t('providers.add')}</Button>}
    >
      {models.isError && <ErrorNote error={models.error} again={() => void models.refetch()} />}
      {models.data && (
        <Stack>
          <Panel title={t('providers.wanted')}>
            <Wanted rows={models.data.wanted} map={isAdmin ? open : undefined} />
          </Panel>
          <Panel title={t('providers.said')}>
            <Said rows={models.data.data} edit={isAdmin ? open : undefined} />
          </Panel>
          {models.data.config.length > 0 && (
            <Panel title={t('providers.config')}>
              <InConfig rows={models.data.config} />
            </Panel>
          )}
        </Stack>
      )}
      <ModelModal
        form={edited}
        change={setEdited}
        groups={groups}
        before={models.data?.data ?? []}
      />
    </Page>
  );
};

interface SaidProps {
  readonly rows: readonly AppModel[];
  /** Where the reader may change it. */
  readonly edit: ((form: ModelForm) => void) | undefined;
}

const Said = ({ rows, edit }: SaidProps) => {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Question>();
  if (rows.length === 0)
    return (
      <Text size="sm" className="soft">
        {t('providers.nothingSaid')}
      </Text>
    );
  const forget = ({ id, name }: AppModel): void =>
    setAsked({
      title: t('providers.forgetTitle', { name }),
      text: t('providers.forgetText'),
      verb: t('providers.forget'),
      act: () => forgetModel(id),
    });
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table fz="sm" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('providers.provider')}</Table.Th>
            <Table.Th>{t('providers.name')}</Table.Th>
            <Table.Th>{t('providers.where')}</Table.Th>
            <Table.Th>{t('providers.key')}</Table.Th>
            {edit && <Table.Th w={190} aria-label={t('providers.actions')} />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id} data-testid={`said-${row.name}`}>
              <Table.Td>{row.provider ?? t('providers.any')}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{row.name}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {row.group ?? row.endpoint_url}
                {row.endpoint_model_name !== null && row.endpoint_model_name !== row.name && (
                  <Text size="xs" className="soft">
                    {row.endpoint_model_name}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{row.api_key === null ? '–' : <Code>{row.api_key}</Code>}</Table.Td>
              {edit && (
                <Table.Td>
                  <Group gap="xs" justify="end" wrap="nowrap">
                    <Button size="compact-xs" variant="default" onClick={() => edit(formOf(row))}>
                      {t('providers.edit')}
                    </Button>
                    <Button size="compact-xs" variant="default" onClick={() => forget(row)}>
                      {t('providers.forget')}
                    </Button>
                  </Group>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Confirm of={asked} close={() => setAsked(undefined)} />
    </Table.ScrollContainer>
  );
};

/** What the config's file says, which is changed there. */
const InConfig = ({ rows }: { rows: AppModelsReply['config'] }) => {
  const { t } = useTranslation();
  return (
    <Table fz="sm" verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('providers.provider')}</Table.Th>
          <Table.Th>{t('providers.name')}</Table.Th>
          <Table.Th>{t('providers.where')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ provider, name, group }, i) => (
          <Table.Tr key={i}>
            <Table.Td>{provider ?? t('providers.any')}</Table.Td>
            <Table.Td>{name}</Table.Td>
            <Table.Td>{group}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};
