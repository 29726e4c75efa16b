import { Button, Group, Loader } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { LoggedRequest } from '#gateway/console/shapes.ts';
import { useCallerName } from '../../data/callers.ts';
import { Empty } from '../../ui/empty.tsx';
import { NONE, useFormat } from '../../ui/format.ts';
import { Status } from '../../ui/status.tsx';
import { SpanBar } from './span-bar.tsx';
import styles from './requests-table.module.css';

interface RequestsTableProps {
  readonly rows: readonly LoggedRequest[];
  readonly isLoading: boolean;
  /** Whether others are remembered that do not fit. */
  readonly isFiltered: boolean;
  readonly more: (() => void) | undefined;
  readonly open: (id: string) => void;
  readonly opened: string | undefined;
}

const ROW_HEIGHT = 36;
const COLUMNS = [
  'time',
  'status',
  'model',
  'deployment',
  'who',
  'span',
  'wait',
  'first',
  'total',
  'tokens',
] as const;

/** Ten thousand rows, of which those are drawn that can be seen. */
export const RequestsTable = ({
  rows,
  isLoading,
  isFiltered,
  more,
  open,
  opened,
}: RequestsTableProps) => {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  if (rows.length === 0) return <Nothing isLoading={isLoading} isFiltered={isFiltered} />;
  const longest = Math.max(1, ...rows.slice(0, 200).map(({ total_s }) => total_s ?? 0));
  return (
    <div
      className={`panel ${styles.table}`}
      role="table"
      aria-label={t('requests.title')}
      aria-rowcount={rows.length + 1}
    >
      <div role="rowgroup">
        <div role="row" className={styles.head}>
          {COLUMNS.map((name) => (
            <div key={name} role="columnheader" className={styles[name]}>
              {t(`requests.column.${name}`)}
            </div>
          ))}
        </div>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <div ref={scroller} className={styles.scroller} tabIndex={0} role="rowgroup">
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => (
            <Row
              key={rows[index]!.id}
              row={rows[index]!}
              top={start}
              index={index}
              longest={longest}
              isOpened={rows[index]!.id === opened}
              open={open}
            />
          ))}
        </div>
        <Group justify="center" p="sm">
          {isLoading ? (
            <Loader size="sm" />
          ) : (
            more && (
              <Button variant="default" size="compact-sm" onClick={more}>
                {t('requests.more')}
              </Button>
            )
          )}
        </Group>
      </div>
    </div>
  );
};

const Nothing = ({
  isLoading,
  isFiltered,
}: Pick<RequestsTableProps, 'isLoading' | 'isFiltered'>) => {
  const { t } = useTranslation();
  return isLoading ? (
    <div className="panel">
      <Loader size="sm" />
    </div>
  ) : (
    <Empty
      title={t(isFiltered ? 'history.none' : 'requests.noneYet')}
      text={t(isFiltered ? 'requests.none' : 'requests.noneYetText')}
    />
  );
};

interface RowProps {
  readonly row: LoggedRequest;
  readonly top: number;
  readonly index: number;
  readonly longest: number;
  readonly isOpened: boolean;
  readonly open: (id: string) => void;
}

const Row = ({ row, top, index, longest, isOpened, open }: RowProps) => {
  const format = useFormat();
  const nameOf = useCallerName();
  const tokens = (row.input_tokens ?? 0) + (row.output_tokens ?? 0);
  const model = row.group || row.asked_model || NONE;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      tabIndex={0}
      className={`${styles.row} numbers`}
      data-opened={isOpened || undefined}
      style={{ transform: `translateY(${top}px)`, height: ROW_HEIGHT }}
      onClick={() => open(row.id)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') open(row.id);
      }}
    >
      <div role="cell" className={styles.time}>
        {format.time(row.time)}
      </div>
      <div role="cell" className={styles.status}>
        <Status status={row.status} />
      </div>
      <div role="cell" className={styles.model} title={model}>
        {model}
      </div>
      <div role="cell" className={styles.deployment}>
        {row.deployment ?? NONE}
        {row.attempts > 1 && <span className="soft"> ×{row.attempts}</span>}
      </div>
      <div role="cell" className={styles.who} title={nameOf(row.tenant)}>
        {nameOf(row.tenant)}
      </div>
      <div role="cell" className={styles.span}>
        <SpanBar row={row} longest={longest} />
      </div>
      <div role="cell" className={styles.wait}>
        {row.queue_s > 0 ? format.span(row.queue_s) : NONE}
      </div>
      <div role="cell" className={styles.first}>
        {format.span(row.first_s)}
      </div>
      <div role="cell" className={styles.total}>
        {format.span(row.total_s)}
      </div>
      <div role="cell" className={styles.tokens}>
        {tokens > 0 ? format.count(tokens) : NONE}
      </div>
    </div>
  );
};
