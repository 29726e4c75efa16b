import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';

/** What a row is called, as a button: a row that opens by a click must open by the keyboard too. */
export const RowButton = ({ open, children }: { open: () => void; children: ReactNode }) => (
  <UnstyledButton
    fz="sm"
    fw={600}
    style={{ overflowWrap: 'anywhere' }}
    onClick={(event) => {
      event.stopPropagation();
      open();
    }}
  >
    {children}
  </UnstyledButton>
);
