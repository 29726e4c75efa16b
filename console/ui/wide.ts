import { useMediaQuery } from '@mantine/hooks';

/** Whether there is room for pictures beside tables. */
export const useWide = (): boolean => useMediaQuery('(min-width: 62em)', true) ?? true;
