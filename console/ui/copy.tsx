import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CheckIcon, CopyIcon } from './icons.tsx';
import { useCopy } from './use-copy.ts';

/** Copies a text; `label` says which. With `isText` it is a button with that word on it. */
export const CopyButton = ({
  value,
  label,
  isText = false,
}: {
  value: string;
  label: string;
  isText?: boolean;
}) => {
  const { t } = useTranslation();
  const { copy, state } = useCopy();
  const said = state === 'ready' ? label : t(`copy.${state}`);
  return isText ? (
    <Button size="compact-sm" variant="default" onClick={() => copy(value)} aria-live="polite">
      {said}
    </Button>
  ) : (
    <Tooltip label={said}>
      <ActionIcon variant="subtle" color="gray" onClick={() => copy(value)} aria-label={label}>
        {state === 'done' ? <CheckIcon /> : <CopyIcon />}
      </ActionIcon>
    </Tooltip>
  );
};
