import { ActionIcon, Button, CopyButton as Copy, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyIcon } from './icons.tsx';

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
  return (
    <Copy value={value}>
      {({ copied, copy }) =>
        isText ? (
          <Button size="compact-sm" variant="default" onClick={copy}>
            {copied ? t('copy.done') : label}
          </Button>
        ) : (
          <Tooltip label={copied ? t('copy.done') : label}>
            <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={label}>
              <CopyIcon />
            </ActionIcon>
          </Tooltip>
        )
      }
    </Copy>
  );
};
