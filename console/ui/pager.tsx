import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from './format.ts';

interface PagerProps {
  /** From 1. */
  readonly page: number;
  readonly size: number;
  readonly total: number;
  readonly go: (page: number) => void;
}

/** Which of how many are shown, and the way to the others. */
export const Pager = ({ page, size, total, go }: PagerProps) => {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = Math.max(1, Math.ceil(total / size));
  const shown = {
    from: format.count(Math.min(total, (page - 1) * size + 1)),
    to: format.count(Math.min(total, page * size)),
    total: format.count(total),
  };
  return (
    <Group justify="space-between">
      <Text size="sm" className="soft numbers" role="status">
        {t('pager.shown', shown)}
      </Text>
      {pages > 1 && (
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            disabled={page <= 1}
            onClick={() => go(page - 1)}
          >
            {t('pager.before')}
          </Button>
          <Text size="sm" className="numbers">
            {t('pager.page', { page: format.count(page), pages: format.count(pages) })}
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            disabled={page >= pages}
            onClick={() => go(page + 1)}
          >
            {t('pager.after')}
          </Button>
        </Group>
      )}
    </Group>
  );
};
