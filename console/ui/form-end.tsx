import { Button, Group } from '@mantine/core';
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
  readonly close: () => void;
}

/** How a form in a dialog ends: why it was refused, the way out, and the button that sends it. */
export const FormEnd = ({ writing, verb, close }: FormEndProps) => {
  const { t } = useTranslation();
  return (
    <>
      {writing.isError && <ErrorNote error={writing.error} />}
      <Group justify="end">
        <Button variant="default" onClick={close}>
          {t('form.cancel')}
        </Button>
        <Button type="submit" loading={writing.isPending}>
          {verb ?? t('form.save')}
        </Button>
      </Group>
    </>
  );
};
