import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from './error-note.tsx';

export interface Question {
  readonly title: string;
  /** What will have happened then. */
  readonly text: string;
  /** What the button does, as a verb. */
  readonly verb: string;
  readonly act: () => Promise<unknown>;
}

/** Asks once more before something that cannot be undone. */
export const Confirm = ({ of, close }: { of: Question | undefined; close: () => void }) => {
  const { t } = useTranslation();
  const acting = useMutation({
    mutationFn: async () => of?.act(),
    onSuccess: close,
  });
  return (
    <Modal
      opened={of !== undefined}
      onClose={() => {
        acting.reset();
        close();
      }}
      title={of?.title}
      centered
      closeButtonProps={{ 'aria-label': t('form.close') }}
    >
      <Stack>
        <Text size="sm">{of?.text}</Text>
        {acting.isError && <ErrorNote error={acting.error} />}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('form.cancel')}
          </Button>
          <Button color="red" onClick={() => acting.mutate()} loading={acting.isPending}>
            {of?.verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
