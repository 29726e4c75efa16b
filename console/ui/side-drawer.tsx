import { Drawer, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNote } from './error-note.tsx';

interface SideDrawerProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly size?: 'lg' | 'xl';
  /** What is being asked for; until it is there, the drawer says so. */
  readonly of?: {
    readonly isPending: boolean;
    readonly isError: boolean;
    readonly error: unknown;
  };
  readonly children: ReactNode;
}

/** One thing of a list, opened beside it. */
export const SideDrawer = ({
  title,
  isOpen,
  close,
  size = 'lg',
  of,
  children,
}: SideDrawerProps) => {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={isOpen}
      onClose={close}
      position="right"
      size={size}
      title={title}
      closeButtonProps={{ 'aria-label': t('form.close') }}
    >
      {of?.isPending && <Loader />}
      {of?.isError && <ErrorNote error={of.error} />}
      {children}
    </Drawer>
  );
};
