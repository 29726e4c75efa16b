import { Text } from '@mantine/core';

interface StatProps {
  readonly label: string;
  readonly value: string;
  readonly more?: string | undefined;
  readonly tone?: 'good' | 'warn' | 'bad' | undefined;
}

/** One number and what it is. */
export const Stat = ({ label, value, more, tone }: StatProps) => (
  <div className="panel" style={{ padding: '0.7rem 0.9rem' }}>
    <Text size="xs" className="soft">
      {label}
    </Text>
    <Text fz={24} fw={650} lh={1.25} className="numbers" c={tone ? `var(--${tone})` : undefined}>
      {value}
    </Text>
    <Text size="xs" className="soft numbers" mih="1.2em">
      {more}
    </Text>
  </div>
);
