import { Badge, Button, Grid, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckReply } from '#gateway/console/shapes.ts';
import { checkConfig, useConfig } from '../../data/queries.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Panel } from '../../ui/page.tsx';
import { useServerWords } from '../../ui/server-words.ts';
import { YamlEditor } from '../../ui/yaml-editor.tsx';
import { ConfigSummary } from './config-summary.tsx';

const TYPING_MS = 400;

/** The config in force; changes to it are checked as they are typed, and go nowhere. */
export const ConfigView = () => {
  const { t } = useTranslation();
  const config = useConfig();
  const [typed, setTyped] = useState<string>();
  const check = useMutation({ mutationFn: checkConfig });
  const checkSoon = useDebouncedCallback((text: string) => check.mutate(text), TYPING_MS);
  const isChanged = typed !== undefined && typed !== config.data?.text;
  const shown: CheckReply | undefined = isChanged && check.data ? check.data : config.data;
  const findings = useFindings(shown);
  if (config.isError) return <ErrorNote error={config.error} again={() => void config.refetch()} />;
  if (!config.data || !shown) return <Skeleton height={300} radius="md" />;
  const reset = (): void => {
    setTyped(undefined);
    check.reset();
  };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 8 }}>
        <Panel
          title={config.data.file}
          aside={
            <Group gap="xs">
              <Badge
                variant="light"
                radius="sm"
                tt="none"
                color={isChanged ? 'orange' : 'green'}
                c={isChanged ? 'var(--warn)' : 'var(--good)'}
              >
                {t(isChanged ? 'models.draft' : 'models.inForce')}
              </Badge>
              {isChanged && (
                <Button size="compact-xs" variant="default" onClick={reset}>
                  {t('models.undo')}
                </Button>
              )}
            </Group>
          }
        >
          <YamlEditor
            value={typed ?? config.data.text}
            findings={findings}
            label={t('models.config')}
            onChange={(text) => {
              setTyped(text);
              checkSoon(text);
            }}
          />
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <Panel title={t('models.findings')}>
          <Findings findings={findings} />
        </Panel>
      </Grid.Col>
      {shown.summary !== null && (
        <Grid.Col span={12}>
          <Panel title={t('models.summary')}>
            <ConfigSummary parts={shown.summary} />
          </Panel>
        </Grid.Col>
      )}
    </Grid>
  );
};

/** In the reader's language; the same list until something else is found. */
const useFindings = (of: CheckReply | undefined): CheckReply['findings'] => {
  const { said } = useServerWords();
  return useMemo(
    () => (of?.findings ?? []).map((one) => ({ ...one, message: said(one.message) })),
    [of, said],
  );
};

const Findings = ({ findings }: Pick<CheckReply, 'findings'>) => {
  const { t } = useTranslation();
  if (findings.length === 0)
    return (
      <Text size="sm" c="var(--good)">
        {t('models.noFindings')}
      </Text>
    );
  return (
    <Stack gap="xs">
      {grouped(findings).map(({ one, more }) => (
        <div key={`${one.line} ${one.column} ${one.message}`}>
          <Text size="xs" className="soft numbers">
            {t('models.line', { line: one.line, column: one.column })} {one.path}
            {more > 0 && ` · ${t('models.moreLines', { count: more })}`}
          </Text>
          <Text size="sm" c={one.severity === 'error' ? 'var(--bad)' : 'var(--warn)'}>
            {one.message}
          </Text>
        </div>
      ))}
    </Stack>
  );
};

type Finding = CheckReply['findings'][number];

/** One slip can make all lines after it unreadable: what is said of each alike is said once. */
const grouped = (findings: readonly Finding[]): { one: Finding; more: number }[] => {
  const groups: { one: Finding; more: number }[] = [];
  for (const one of findings) {
    const last = groups.at(-1);
    if (last && last.one.message === one.message && last.one.path === one.path) last.more++;
    else groups.push({ one, more: 0 });
  }
  return groups;
};
