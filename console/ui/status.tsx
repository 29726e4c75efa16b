import { Badge } from '@mantine/core';

const FIRST_ERROR = 400;
const LEFT = 499;

/** An HTTP status, coloured by what it means. */
export const Status = ({ status }: { status: number | null }) => {
  if (status === null) return null;
  const isBad = status >= FIRST_ERROR && status !== LEFT;
  return (
    <Badge
      variant="light"
      radius="sm"
      size="sm"
      color={isBad ? 'red' : status === LEFT ? 'gray' : 'green'}
      c={isBad ? 'var(--bad)' : status === LEFT ? 'var(--text-soft)' : 'var(--good)'}
      className="numbers"
      style={{ flex: 'none' }}
    >
      {status}
    </Badge>
  );
};
