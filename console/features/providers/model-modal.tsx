import {
  Alert,
  Button,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AppModel } from '#gateway/console/app-shapes.ts';
import { saveModel, tryModel } from '../../data/app-models.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { FormEnd } from '../../ui/form-end.tsx';
import { useFormat } from '../../ui/format.ts';
import { adviceFor } from './advice.ts';
import { askOf, isFilledIn, type ModelForm } from './form.ts';

interface ModelModalProps {
  /** What is filled in; undefined while nothing is asked. */
  readonly form: ModelForm | undefined;
  readonly change: (form: ModelForm | undefined) => void;
  readonly groups: readonly string[];
  /** What has been said before: its keys are kept unless others are given. */
  readonly before: readonly AppModel[];
}

/** Says where a model of apps is, in the form in which Dify asks for one. */
export const ModelModal = ({ form, change, groups, before }: ModelModalProps) => {
  const { t } = useTranslation();
  return (
    <Dialog title={t('providers.form')} isOpen={form !== undefined} close={() => change(undefined)}>
      {form && <Filled form={form} change={change} groups={groups} before={before} />}
    </Dialog>
  );
};

type FilledProps = ModelModalProps & { readonly form: ModelForm };

const Filled = ({ form, change, groups, before }: FilledProps) => {
  const { t } = useTranslation();
  const saving = useMutation({
    mutationFn: () => saveModel(askOf(form)),
    onSuccess: () => change(undefined),
  });
  const trying = useMutation({ mutationFn: () => tryModel(askOf(form)) });
  const isReady = isFilledIn(form);
  const about = adviceFor(trying.error, form.where);
  const advice = about && t(`providers.advice.${about}`);
  const set = (more: Partial<ModelForm>): void => {
    trying.reset();
    change({ ...form, ...more });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) saving.mutate();
      }}
    >
      <Stack>
        <Named form={form} set={set} />
        <SegmentedControl
          aria-label={t('providers.where')}
          value={form.where}
          onChange={(where) => set({ where })}
          data={(['group', 'endpoint'] as const).map((value) => ({
            value,
            label: t(`providers.${value}`),
          }))}
        />
        {form.where === 'group' ? (
          <Select
            label={t('providers.groupName')}
            withAsterisk
            data={[...groups]}
            value={form.group || null}
            onChange={(group) => set({ group: group ?? '' })}
            allowDeselect={false}
            searchable
          />
        ) : (
          <Endpoint form={form} set={set} before={before} />
        )}
        {trying.isError && (
          <ErrorNote error={trying.error} title={t('providers.tryFailed')} advice={advice} />
        )}
        {trying.data && <Tried deployment={trying.data.deployment} ms={trying.data.elapsed_ms} />}
        <FormEnd
          writing={saving}
          verb={t('providers.save')}
          isReady={isReady}
          close={() => change(undefined)}
        >
          <Button
            variant="default"
            disabled={!isReady}
            loading={trying.isPending}
            onClick={() => trying.mutate()}
          >
            {t('providers.try')}
          </Button>
        </FormEnd>
      </Stack>
    </form>
  );
};

interface NamedProps {
  readonly form: ModelForm;
  readonly set: (more: Partial<ModelForm>) => void;
}

/** What apps call it. */
const Named = ({ form, set }: NamedProps) => {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t('providers.provider')}
        description={t('providers.providerHint')}
        value={form.provider}
        onChange={(event) => set({ provider: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label={t('providers.name')}
        description={t('providers.nameHint')}
        withAsterisk
        value={form.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
    </>
  );
};

interface EndpointProps extends NamedProps {
  readonly before: readonly AppModel[];
}

const Endpoint = ({ form, set, before }: EndpointProps) => {
  const { t } = useTranslation();
  const kept = before.find(
    ({ provider, name }) => (provider ?? '') === form.provider && name === form.name,
  )?.api_key;
  return (
    <>
      <TextInput
        label={t('providers.url')}
        description={t('providers.urlHint')}
        placeholder="https://api.example.com/v1"
        withAsterisk
        value={form.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <TextInput
        label={t('providers.endpointName')}
        description={t('providers.endpointNameHint')}
        placeholder={form.name}
        value={form.endpointName}
        onChange={(event) => set({ endpointName: event.currentTarget.value })}
      />
      <PasswordInput
        label={t('providers.key')}
        description={kept ? t('providers.keyKept', { key: kept }) : t('providers.keyHint')}
        autoComplete="off"
        value={form.apiKey ?? ''}
        onChange={(event) => set({ apiKey: event.currentTarget.value || undefined })}
      />
    </>
  );
};

const Tried = ({ deployment, ms }: { deployment: string | null; ms: number }) => {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Alert color="green" variant="light" role="status">
      <Text size="sm" c="var(--good)">
        {t('providers.answers', { span: format.span(ms / 1000), deployment: deployment ?? '–' })}
      </Text>
    </Alert>
  );
};
