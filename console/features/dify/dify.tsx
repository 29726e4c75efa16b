import { Alert, Anchor, Code, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../data/me.ts';
import { useModelNames, useModels, useSession } from '../../data/queries.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { type DifyField, fieldsOf } from './fields.ts';

/** Dify's form of the OpenAI-API-compatible plugin, filled in for each model. */
export const Dify = () => {
  const { t } = useTranslation();
  const { data: models } = useModels();
  const { data: session } = useSession();
  const theirs = useModelNames();
  const groups = models ? [...new Set(models.deployments.map(({ group }) => group))] : [...theirs];
  const [chosen, setChosen] = useState<string>();
  const [base, setBase] = useState(`${location.origin}/v1`);
  const model = chosen ?? groups[0] ?? '';
  const row = models?.deployments.find(({ group }) => group === model);
  const isLocal = /\/\/(localhost|127\.0\.0\.1|\[::1\])/.test(base);
  return (
    <Page title={t('dify.title')} about={t('dify.about')}>
      <Panel>
        <Group align="end">
          <Select
            label={t('dify.model')}
            data={groups}
            value={model}
            onChange={(value) => setChosen(value ?? undefined)}
            allowDeselect={false}
            w={220}
          />
          <TextInput
            label={t('dify.base')}
            value={base}
            onChange={(event) => setBase(event.currentTarget.value)}
            style={{ flex: 1, minWidth: 260 }}
          />
        </Group>
        {isLocal && (
          <Alert color="orange" variant="light" mt="sm">
            {t('dify.local')} <Code>http://host.docker.internal:{location.port || '4000'}/v1</Code>{' '}
            <Code>http://spillway:4000/v1</Code>
          </Alert>
        )}
      </Panel>
      <Panel title={t('dify.form')}>
        <Stack gap="sm">
          <Text size="sm" className="soft">
            {t('dify.where')}
          </Text>
          <Form
            fields={fieldsOf({ model, base, contextTokens: row?.context_tokens ?? undefined })}
            asksForKey={session?.needs_key === true}
          />
        </Stack>
      </Panel>
    </Page>
  );
};

const MAKE = { make: 'dify' };

const Form = ({ fields, asksForKey }: { fields: readonly DifyField[]; asksForKey: boolean }) => {
  const { t } = useTranslation();
  const { managesOwn, keeps } = useMe();
  const makesKeys = managesOwn && keeps;
  return (
    <Table fz="sm" verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('dify.field')}</Table.Th>
          <Table.Th>{t('dify.value')}</Table.Th>
          <Table.Th w={50} aria-label={t('dify.copyColumn')} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {fields.map((field) => (
          <Table.Tr key={field.name}>
            <Table.Td w="34%">
              <Text size="sm" fw={550}>
                {field.name}
              </Text>
              <Text size="xs" className="soft">
                {t(`dify.why.${field.why}`)}
              </Text>
            </Table.Td>
            <Table.Td>
              {field.value === undefined ? (
                <>
                  <Text size="sm" className="soft">
                    {t(asksForKey ? 'dify.yourKey' : 'dify.demoKey')}
                  </Text>
                  {makesKeys && (
                    <Anchor component={Link} to="/keys" search={MAKE as never} size="sm">
                      {t('dify.makeKey')}
                    </Anchor>
                  )}
                </>
              ) : (
                <Code style={{ overflowWrap: 'anywhere' }}>{field.value}</Code>
              )}
            </Table.Td>
            <Table.Td>
              {field.value !== undefined && (
                <CopyButton value={field.value} label={t('dify.copy', { name: field.name })} />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};
