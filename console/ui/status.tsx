import { Badge } from '@mantine/core';

const FIRST_ERROR = 400;
const LEFT = 499;

/** Whether it went wrong; who left before the answer has not been failed. */
export const isBad = (status: number): boolean => status >= FIRST_ERROR && status !== LEFT;

/** An HTTP status, coloured by what it means. */
export const Status = ({ status }: { status: number | null }) => {
  if (status === null) return null;
  const wentWrong = isBad(status);
  return (
    <Badge
      variant="light"
      radius="sm"
      size="sm"
      color={wentWrong ? 'red' : status === LEFT ? 'gray' : 'green'}
      c={wentWrong ? 'var(--bad)' : status === LEFT ? 'var(--text-soft)' : 'var(--good)'}
      className="numbers"
      style={{ flex: 'none' }}
    >
      {status}
    </Badge>
  );
};
