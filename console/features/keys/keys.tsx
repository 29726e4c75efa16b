import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readable } from '../../data/address.ts';
import { type KeysPage, KEYS_A_PAGE, useKeys } from '../../data/keys.ts';
import { useMe } from '../../data/me.ts';
import { useTeamChoice } from '../../data/teams.ts';
import { Asked } from '../../ui/asked.tsx';
import { Empty } from '../../ui/empty.tsx';
import { DifyIcon } from '../../ui/icons.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { KeyDialog, type KeyTask } from './key-dialog.tsx';
import { KeyDrawer } from './key-drawer.tsx';
import { DIFY_KEY, EMPTY_KEY } from './key-form.ts';
import { KeysTable } from './keys-table.tsx';
import type { KeysSearch } from './search.ts';

const FOR_DIFY: KeyTask = { kind: 'new', form: DIFY_KEY, isForDify: true };
const ANY: KeyTask = { kind: 'new', form: EMPTY_KEY, isForDify: false };

/** Who may call what, and how much. */
export const Keys = () => {
  const { t } = useTranslation();
  const search = useSearch({ from: '/keys' });
  const navigate = useNavigate({ from: '/keys' });
  const { managesOwn } = useMe();
  const [task, setTask] = useState<KeyTask | undefined>(
    search.make && managesOwn ? FOR_DIFY : undefined,
  );
  const { q, team, user, page = 1, key } = search;
  const keys = useKeys({ key_alias: q, team_id: team, user_id: user, page });
  const change = (fields: Partial<KeysSearch>): void => {
    void navigate({ search: (before) => readable({ ...before, ...fields }), replace: true });
  };
  const buttons = managesOwn && (
    <Group gap="xs">
      <Button variant="default" leftSection={<DifyIcon />} onClick={() => setTask(FOR_DIFY)}>
        {t('keys.forDify')}
      </Button>
      <Button onClick={() => setTask(ANY)}>{t('keys.new')}</Button>
    </Group>
  );
  const isFiltered = q !== undefined || team !== undefined || user !== undefined;
  const isBare = !isFiltered && !keys.isPlaceholderData && keys.data?.total_count === 0;
  return (
    <Page title={t('keys.title')} about={t('keys.about')} actions={!isBare && buttons}>
      {!isBare && <Filters search={search} change={change} />}
      <Asked of={keys} height={240}>
        {(data) =>
          data.total_count === 0 ? (
            <Empty
              title={t(isFiltered ? 'keys.noneFit' : 'keys.none')}
              text={t(isFiltered ? 'keys.noneFitText' : 'keys.noneText')}
            >
              {!isFiltered && buttons}
            </Empty>
          ) : (
            <Listed data={data} page={page} change={change} />
          )
        }
      </Asked>
      <KeyDrawer
        token={key}
        close={() => change({ key: undefined })}
        change={(of) => setTask({ kind: 'change', key: of })}
      />
      <KeyDialog
        task={task}
        close={() => {
          setTask(undefined);
          if (search.make) change({ make: undefined });
        }}
      />
    </Page>
  );
};

interface ListedProps {
  readonly data: KeysPage;
  readonly page: number;
  readonly change: (fields: Partial<KeysSearch>) => void;
}

const Listed = ({ data, page, change }: ListedProps) => (
  <>
    <KeysTable rows={data.keys} open={(key) => change({ key })} />
    <Pager
      page={page}
      size={KEYS_A_PAGE}
      total={data.total_count}
      go={(next) => change({ page: next })}
    />
  </>
);

const TYPING_MS = 300;

interface FiltersProps {
  readonly search: KeysSearch;
  readonly change: (fields: Partial<KeysSearch>) => void;
}

const Filters = ({ search, change }: FiltersProps) => {
  const { t } = useTranslation();
  const teams = useTeamChoice();
  const { seesAll } = useMe();
  const [typed, setTyped] = useState(search.q ?? '');
  const [user, setUser] = useState(search.user ?? '');
  const find = useDebouncedCallback(
    (fields: Partial<KeysSearch>) => change({ ...fields, page: 1 }),
    TYPING_MS,
  );
  return (
    <Group gap="xs" align="end">
      <TextInput
        label={t('keys.search')}
        placeholder={t('keys.searchHint')}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          find({ q: event.currentTarget.value });
        }}
        w={260}
      />
      {teams.length > 0 && (
        <Select
          label={t('keys.team')}
          data={teams}
          value={search.team ?? null}
          placeholder={t('requests.all')}
          onChange={(team) => change({ team: team ?? undefined, page: 1 })}
          limit={50}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('form.clear') }}
          w={200}
        />
      )}
      {seesAll && (
        <TextInput
          label={t('keys.user')}
          placeholder={t('users.id')}
          value={user}
          onChange={(event) => {
            setUser(event.currentTarget.value);
            find({ user: event.currentTarget.value });
          }}
          w={180}
        />
      )}
    </Group>
  );
};
