import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type HistoryRecord, useHistory } from '../../data/history.ts';
import { useMe } from '../../data/me.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Facts } from '../../ui/facts.tsx';
import { NONE, useFormat } from '../../ui/format.ts';
import { IdText } from '../../ui/id-text.tsx';
import { useServerWords } from '../../ui/server-words.ts';
import { Told } from '../../ui/told.tsx';
import { SideDrawer } from '../../ui/side-drawer.tsx';
import { Outcome } from './outcome.tsx';

/** One record, opened: all that is kept of a request. */
export const RecordDrawer = ({ id, close }: { id: string | undefined; close: () => void }) => {
  const { t } = useTranslation();
  return (
    <SideDrawer title={t('detail.title')} isOpen={id !== undefined} close={close}>
      {id !== undefined && <Found id={id} />}
    </SideDrawer>
  );
};

const Found = ({ id }: { id: string }) => {
  const { t } = useTranslation();
  const found = useHistory({ request_id: id }, 1);
  if (found.isPending || found.isPlaceholderData) return <Loader />;
  if (found.isError) return <ErrorNote error={found.error} />;
  const [record] = found.data.records;
  if (!record) return <Text size="sm">{t('history.gone')}</Text>;
  return <Opened of={record} />;
};

const Opened = ({ of }: { of: HistoryRecord }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { seesAll } = useMe();
  const { said } = useServerWords();
  const error = of.metadata.error_information;
  const callId = of.litellm_call_id ?? of.request_id;
  const totalS = (Date.parse(of.endTime) - Date.parse(of.startTime)) / 1000;
  const tries = of.attempts?.map(([name, outcome]) => `${name}: ${said(outcome)}`).join(', ');
  const isServed = of.prompt_tokens + of.completion_tokens > 0;
  const rows: [string, ReactNode][] = [
    [t('history.column.time'), format.date(of.startTime)],
    [t('history.field.key'), of.key_name ?? (of.api_key === '' ? t('usage.master') : of.api_key)],
    [t('history.field.team'), of.team_name ?? (of.team_id || '–')],
    [t('history.field.user'), of.user || '–'],
    [t('history.field.end_user'), of.end_user || '–'],
    [t('history.field.group'), of.model_group || of.model || '–'],
    // Of what was refused it is what its caller asked for: no vendor has heard of it.
    [t('history.model'), (of.model_id && of.model) || '–'],
    [t('history.field.deployment'), of.model_id || '–'],
    [t('history.attempts'), tries || '–'],
    [t('history.column.wait'), of.wait_ms ? format.span(of.wait_ms / 1000) : NONE],
    [t('history.first'), format.span(of.first_ms === undefined ? null : of.first_ms / 1000)],
    [t('history.column.total'), format.span(totalS)],
    [t('detail.input'), isServed ? format.count(of.prompt_tokens) : NONE],
    [t('detail.output'), isServed ? format.count(of.completion_tokens) : NONE],
    [t('history.column.cost'), isServed ? format.cost(of.spend) : NONE],
    [t('keys.tags'), of.request_tags.join(', ') || '–'],
    [t('history.address'), of.requester_ip_address ?? '–'],
    [t('history.upstreamId'), of.upstream_id ?? '–'],
    [t('detail.id'), <IdText key="id" id={callId} label={t('detail.copyId')} />],
  ];
  return (
    <Stack gap="md">
      <Group gap="xs">
        <Outcome of={of} />
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {of.model_group || of.model}
        </Text>
      </Group>
      {error && (
        <Told
          error={error.error_message}
          code={error.error_class}
          status={Number(error.error_code) || null}
        />
      )}
      <Facts rows={rows} />
      {seesAll && (
        <Group>
          <Button
            component={Link}
            to="/requests"
            search={{ id: callId } as never}
            variant="default"
            size="compact-sm"
          >
            {t('history.why')}
          </Button>
        </Group>
      )}
    </Stack>
  );
};
