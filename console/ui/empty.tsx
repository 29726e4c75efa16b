import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyProps {
  readonly title: string;
  /** What to do next, or why there is nothing. */
  readonly text: string;
  readonly children?: ReactNode;
}

/** A place with nothing in it, and how something comes there. */
export const Empty = ({ title, text, children }: EmptyProps) => (
  <div className="panel">
    <Stack align="center" gap="xs" py="xl" ta="center">
      <Text fw={650}>{title}</Text>
      <Text size="sm" className="soft" maw={520} style={{ textWrap: 'balance' }}>
        {text}
      </Text>
      {children !== undefined && <Group mt="xs">{children}</Group>}
    </Stack>
  </div>
);
