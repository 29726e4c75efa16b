import { Accordion, Badge, Code, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../data/api.ts';
import japanese from '../../i18n/api-ja.json';
import { useServerWords } from '../../ui/server-words.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Ticked } from '../../ui/ticked.tsx';
import { SchemaView } from './schema-view.tsx';
import { operationsOf, type OpenApi, type Operation } from './open-api.ts';

const IN_JAPANESE: Readonly<Record<string, string>> = japanese;

/** The API as the server describes itself, without a page of anybody else. */
export const Api = () => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const document = useQuery({
    queryKey: ['openapi'],
    queryFn: () => ask<OpenApi>('/openapi.json'),
  });
  const word = typed.toLowerCase();
  const { isForeign } = useServerWords();
  const operations = (document.data ? operationsOf(document.data) : []).map((one) =>
    isForeign ? { ...one, summary: IN_JAPANESE[one.summary] ?? one.summary } : one,
  );
  const shown = operations.filter(({ path, summary }) =>
    `${path} ${summary}`.toLowerCase().includes(word),
  );
  return (
    <Page
      title={t('api.title')}
      about={t('api.about')}
      actions={
        <TextInput
          aria-label={t('api.search')}
          placeholder={t('api.search')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          w={260}
        />
      }
    >
      {document.isError && <ErrorNote error={document.error} />}
      {document.isPending && <Skeleton height={300} radius="md" />}
      {document.data && (
        <Panel>
          {shown.length === 0 && <Text className="soft">{t('api.none')}</Text>}
          <Accordion multiple chevronPosition="left" order={2}>
            {shown.map((one) => (
              <Item key={`${one.method} ${one.path}`} operation={one} document={document.data} />
            ))}
          </Accordion>
        </Panel>
      )}
    </Page>
  );
};

const COLORS: Readonly<Record<string, string>> = {
  get: 'var(--good)',
  post: 'var(--ink)',
  delete: 'var(--bad)',
};

const Item = ({ operation, document }: { operation: Operation; document: OpenApi }) => {
  const { t } = useTranslation();
  const { method, path, summary, parameters, body, reply } = operation;
  return (
    <Accordion.Item value={`${method} ${path}`}>
      <Accordion.Control>
        <Group gap="sm" wrap="nowrap">
          <Badge
            variant="default"
            radius="sm"
            w={64}
            c={COLORS[method] ?? 'var(--warn)'}
            style={{ flex: 'none' }}
          >
            {method}
          </Badge>
          <Text size="sm" ff="monospace" style={{ flex: '2 1 0', overflowWrap: 'anywhere' }}>
            {path}
          </Text>
          <Text size="sm" className="soft" style={{ flex: '5 1 0' }}>
            <Ticked text={summary} />
          </Text>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="xs">
          {parameters.map((one) => (
            <Text key={one.name} size="sm">
              <Code>{one.name}</Code> <span className="soft">{one.in}</span>
            </Text>
          ))}
          {body !== undefined && (
            <div>
              <Text size="xs" className="soft">
                {t('api.body')}
              </Text>
              <SchemaView schema={body} document={document} />
            </div>
          )}
          {reply !== undefined && (
            <div>
              <Text size="xs" className="soft">
                {t('api.reply')}
              </Text>
              <SchemaView schema={reply} document={document} />
            </div>
          )}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
};
