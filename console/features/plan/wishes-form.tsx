import { Button, Divider, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { NumberField } from '../../ui/number-field.tsx';
import { KINDS, type PlanWishes, STRATEGIES } from './wishes.ts';

interface WishesFormProps {
  readonly wishes: PlanWishes;
  readonly groups: readonly string[];
  /** Of the config in force. */
  readonly strategy: string;
  readonly change: (wishes: PlanWishes) => void;
  readonly compute: () => void;
  readonly isBusy: boolean;
}

export const WishesForm = ({
  wishes,
  groups,
  strategy,
  change,
  compute,
  isBusy,
}: WishesFormProps) => {
  const { t } = useTranslation();
  const set = (fields: Partial<PlanWishes>): void => change({ ...wishes, ...fields });
  return (
    <Stack gap="sm">
      <Select
        label={t('plan.traffic')}
        data={KINDS.map((value) => ({ value, label: t(`plan.kind.${value}`) }))}
        value={wishes.kind}
        onChange={(value) => set({ kind: value ?? 'bursty' })}
        allowDeselect={false}
      />
      {wishes.kind === 'recorded' ? (
        <Text size="xs" className="soft">
          {t('plan.recordedHint')}
        </Text>
      ) : (
        <Drawn wishes={wishes} groups={groups} set={set} />
      )}
      <Divider label={t('plan.change')} labelPosition="left" />
      <NumberField
        label={t('plan.keys')}
        description={t('plan.keysHint')}
        value={wishes.keys}
        choose={(keys) => set({ keys })}
        min={-20}
        max={50}
        allowDecimal={false}
      />
      <Select
        label={t('plan.strategy')}
        data={[...STRATEGIES]}
        value={wishes.strategy ?? null}
        placeholder={strategy}
        onChange={(value) => set({ strategy: value ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': t('requests.clear') }}
      />
      <Optional
        label={t('plan.wait')}
        value={wishes.waitS}
        choose={(waitS) => set({ waitS })}
        suffix=" s"
      />
      <Group grow>
        <Optional label="RPM" value={wishes.rpm} choose={(rpm) => set({ rpm })} />
        <Optional label="TPM" value={wishes.tpm} choose={(tpm) => set({ tpm })} />
      </Group>
      <Text size="xs" className="soft">
        {t('plan.limitsHint')}
      </Text>
      <Button onClick={compute} loading={isBusy}>
        {t('plan.compute')}
      </Button>
    </Stack>
  );
};

interface DrawnProps {
  readonly wishes: PlanWishes;
  readonly groups: readonly string[];
  readonly set: (fields: Partial<PlanWishes>) => void;
}

const Drawn = ({ wishes, groups, set }: DrawnProps) => {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('plan.model')}
        data={[...groups]}
        value={wishes.model}
        onChange={(value) => set({ model: value ?? '' })}
        allowDeselect={false}
      />
      <Group grow>
        <NumberField
          label={t('plan.perS')}
          value={wishes.perS}
          choose={(perS) => set({ perS })}
          min={0.01}
          max={200}
        />
        <NumberField
          label={t('plan.minutes')}
          value={wishes.minutes}
          choose={(minutes) => set({ minutes })}
          min={1}
          max={60}
        />
      </Group>
      <Group grow>
        <NumberField
          label={t('plan.input')}
          value={wishes.inputTokens}
          choose={(inputTokens) => set({ inputTokens })}
          min={1}
        />
        <NumberField
          label={t('plan.output')}
          value={wishes.outputTokens}
          choose={(outputTokens) => set({ outputTokens })}
          min={1}
        />
      </Group>
    </>
  );
};

interface OptionalProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly choose: (value: number | undefined) => void;
  readonly suffix?: string;
}

const Optional = ({ label, value, choose, suffix = '' }: OptionalProps) => {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={label}
      placeholder={t('plan.asNow')}
      value={value ?? ''}
      onChange={(next) => choose(next === '' ? undefined : Number(next))}
      min={0}
      suffix={suffix}
      allowDecimal={false}
    />
  );
};
