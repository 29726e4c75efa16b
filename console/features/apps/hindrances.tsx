import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface HindrancesProps {
  /** Labels of fields that must be filled in first. */
  readonly missing: readonly string[];
  readonly isRunnable: boolean;
}

/** Why an app cannot be asked yet. */
export const Hindrances = ({ missing, isRunnable }: HindrancesProps) => {
  const { t } = useTranslation();
  return (
    <>
      {missing.length > 0 && (
        <Text size="xs" className="soft">
          {t('run.missing', { fields: missing.join(', ') })}
        </Text>
      )}
      {!isRunnable && (
        <Text size="xs" c="var(--bad)">
          {t('run.cannot')}
        </Text>
      )}
    </>
  );
};
