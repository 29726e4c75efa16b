import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageTitle } from './page-title.tsx';

interface PageProps {
  readonly title: string;
  /** One sentence on what the page is for. */
  readonly about?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export const Page = ({ title, about, actions, children }: PageProps) => (
  <Stack gap="md" maw={1500}>
    <Group justify="space-between" align="end" gap="sm">
      <div>
        <PageTitle text={title} />
        {about !== undefined && (
          <Text size="sm" className="soft">
            {about}
          </Text>
        )}
      </div>
      {actions}
    </Group>
    {children}
  </Stack>
);

interface PanelProps {
  readonly title?: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export const Panel = ({ title, aside, children }: PanelProps) => (
  <section className="panel">
    {title !== undefined && (
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {aside}
      </Group>
    )}
    {children}
  </section>
);
