import { Group, Text } from '@mantine/core';
import { CopyButton } from './copy.tsx';

/** What nobody reads and many copy; `label` is the button's. */
export const IdText = ({ id, label }: { id: string; label: string }) => (
  <Group gap="xs" wrap="nowrap">
    <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
      {id}
    </Text>
    <CopyButton value={id} label={label} />
  </Group>
);
