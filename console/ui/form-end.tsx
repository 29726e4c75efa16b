import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from './error-note.tsx';

interface FormEndProps {
  /** What the form does. */
  readonly writing: {
    readonly isPending: boolean;
    readonly isError: boolean;
    readonly error: unknown;
  };
  /** What the button says; usually that it saves. */
  readonly verb?: string;
  /** Whether nothing is missing that the button needs. */
  readonly isReady?: boolean;
  readonly close: () => void;
  /** What can be done before it is sent. */
  readonly children?: ReactNode;
}

/**
 * How a form in a dialog ends: why it was refused, the way out, and the button that sends it. It stays in
 * sight however long the form is.
 */
export const FormEnd = ({ writing, verb, isReady = true, close, children }: FormEndProps) => {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" className="formend">
      {writing.isError && <ErrorNote error={writing.error} />}
      <Group gap="sm" justify="end">
        {children !== undefined && <div style={{ marginInlineEnd: 'auto' }}>{children}</div>}
        <Button variant="default" onClick={close}>
          {t('form.cancel')}
        </Button>
        <Button type="submit" disabled={!isReady} loading={writing.isPending}>
          {verb ?? t('form.save')}
        </Button>
      </Group>
    </Stack>
  );
};
