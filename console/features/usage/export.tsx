import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { query } from '../../data/api.ts';
import { csvOf, download, jsonlOf, save } from '../../data/download.ts';
import type { UsageFilter, UsageRow } from '../../data/usage.ts';
import { ErrorNote } from '../../ui/error-note.tsx';

interface ExportProps {
  readonly filter: UsageFilter;
  readonly rows: readonly UsageRow[];
}

const FORMATS = ['csv', 'jsonl'] as const;
const WRITERS = { csv: csvOf, jsonl: jsonlOf };

/** What is shown, or every record behind it, as a file. */
export const Export = ({ filter, rows }: ExportProps) => {
  const { t } = useTranslation();
  const fetching = useMutation({
    mutationFn: (format: (typeof FORMATS)[number]) => {
      const { per: _, by: __, of: ___, ...narrowed } = filter;
      const path = `/spend/logs/export${query({ ...narrowed, format })}`;
      return download(path, `spillway-requests.${format}`);
    },
  });
  return (
    <div>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" loading={fetching.isPending} disabled={rows.length === 0}>
            {t('usage.export')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label c="var(--text-soft)">{t('usage.exportSums')}</Menu.Label>
          {FORMATS.map((format) => (
            <Menu.Item
              key={format}
              onClick={() => save(`spillway-usage.${format}`, new Blob([WRITERS[format](rows)]))}
            >
              {format.toUpperCase()}
            </Menu.Item>
          ))}
          <Menu.Label c="var(--text-soft)">{t('usage.exportRecords')}</Menu.Label>
          {FORMATS.map((format) => (
            <Menu.Item key={format} onClick={() => fetching.mutate(format)}>
              {format.toUpperCase()}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {fetching.isError && <ErrorNote error={fetching.error} />}
    </div>
  );
};
