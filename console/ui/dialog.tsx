import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly close: () => void;
  /** Whether a click beside it leaves it open, as what it shows is shown once. */
  readonly isHeld?: boolean;
  readonly children: ReactNode;
}

/** Something to be filled in, over the page. */
export const Dialog = ({ title, isOpen, close, isHeld = false, children }: DialogProps) => {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={title}
      size="lg"
      closeOnClickOutside={!isHeld}
      closeButtonProps={{ 'aria-label': t('form.close') }}
    >
      {children}
    </Modal>
  );
};
