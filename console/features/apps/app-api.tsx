import { Code, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppReply } from '#gateway/console/app-shapes.ts';
import { useMe } from '../../data/me.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { Panel } from '../../ui/page.tsx';
import { AppKeys } from './app-keys.tsx';
import {
  appSnippet,
  type CodeLanguage,
  LANGUAGES_OF_CODE,
  type Way,
  WAYS,
} from './app-snippets.ts';

/** How other programs call an app: its keys, and programs that do. */
export const AppApi = ({ app }: { app: AppReply }) => {
  const { isAdmin } = useMe();
  return (
    <Stack>
      {isAdmin && <AppKeys app={app} />}
      <Examples app={app} />
    </Stack>
  );
};

const Examples = ({ app }: { app: AppReply }) => {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way>('stream');
  const [language, setLanguage] = useState<CodeLanguage>('curl');
  const text = appSnippet({ app, way, language, origin: location.origin });
  return (
    <Panel title={t('appApi.examples')}>
      <Stack gap="sm">
        <Group justify="space-between">
          <SegmentedControl
            size="xs"
            aria-label={t('appApi.how')}
            value={way}
            onChange={setWay}
            data={WAYS.map((value) => ({ value, label: t(`appApi.${value}`) }))}
          />
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              aria-label={t('appApi.language')}
              value={language}
              onChange={setLanguage}
              data={[...LANGUAGES_OF_CODE]}
            />
            <CopyButton value={text} label={t('appApi.copyCode')} />
          </Group>
        </Group>
        <Code
          block
          tabIndex={0}
          data-testid="snippet"
          style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {text}
        </Code>
        <Text size="xs" className="soft">
          {t('appApi.keyHint')}
        </Text>
      </Stack>
    </Panel>
  );
};
