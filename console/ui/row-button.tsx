import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';

/** What a row is called, as a button: a row that opens by a click must open by the keyboard too. */
export const RowButton = ({
  open,
  isName = true,
  children,
}: {
  open: () => void;
  /** What it is called by; else it is no more than what is next to it. */
  isName?: boolean;
  children: ReactNode;
}) => (
  <UnstyledButton
    fz="sm"
    fw={isName ? 600 : 400}
    className="rowname"
    onClick={(event) => {
      event.stopPropagation();
      open();
    }}
  >
    {children}
  </UnstyledButton>
);
