import { Anchor, Box, Code, Group, Image, Loader, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../data/me.ts';
import { useModels } from '../../data/queries.ts';
import type { ChatAnswer } from '../../data/stream-chat.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Dotted } from '../../ui/dotted.tsx';
import { useFormat } from '../../ui/format.ts';
import type { ChatTurn } from './use-chat.ts';
import { Written } from '../../ui/written.tsx';

export const Turn = ({ turn }: { turn: ChatTurn }) => {
  const { t } = useTranslation();
  const { prompt, answer, error, isBusy } = turn;
  return (
    <Stack gap="xs">
      <Box
        p="xs"
        px="sm"
        style={{
          background: 'var(--faint)',
          borderRadius: 10,
          alignSelf: 'flex-end',
          maxWidth: '85%',
        }}
      >
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {prompt.text}
        </Text>
        {prompt.image !== undefined && (
          <Image
            src={prompt.image}
            mah={160}
            w="auto"
            mt="xs"
            radius="sm"
            alt={t('playground.image')}
          />
        )}
      </Box>
      {answer && answer.text !== '' && <Written text={answer.text} isWhole={!isBusy} />}
      {answer?.toolCalls.map((call, i) => (
        <Code key={i} block>
          {`${call.name}(${call.input})`}
        </Code>
      ))}
      {error !== undefined && <ErrorNote error={error} />}
      <Group gap="xs">
        {isBusy && <Loader size={14} aria-label={t('playground.busy')} />}
        {answer && <Facts answer={answer} model={turn.model} />}
      </Group>
    </Stack>
  );
};

/** Who served it, how long it waited, what it took. */
const Facts = ({ answer, model }: { answer: ChatAnswer; model: string }) => {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: models } = useModels();
  const { seesAll } = useMe();
  const row = models?.deployments.find(({ deployment }) => deployment === answer.deployment);
  const { inputTokens = 0, outputTokens = 0 } = answer;
  const [inputPrice, outputPrice] = [row?.input_usd_per_million, row?.output_usd_per_million];
  const cost =
    inputPrice === undefined ||
    outputPrice === undefined ||
    (inputPrice === null && outputPrice === null)
      ? undefined
      : ((inputPrice ?? 0) * inputTokens + (outputPrice ?? 0) * outputTokens) / 1e6;
  const parts = [
    answer.queueS ? t('playground.waited', { span: format.span(answer.queueS) }) : undefined,
    answer.firstS === undefined
      ? undefined
      : t('playground.first', { span: format.span(answer.firstS) }),
    answer.totalS === undefined
      ? undefined
      : t('playground.whole', { span: format.span(answer.totalS) }),
    inputTokens + outputTokens > 0
      ? t('playground.tokens', {
          input: format.count(inputTokens),
          output: format.count(outputTokens),
        })
      : undefined,
    answer.totalS === undefined
      ? undefined
      : cost === undefined
        ? t('playground.unpriced')
        : format.cost(cost),
  ].filter((part) => part !== undefined);
  return (
    <Text size="xs" className="soft numbers" component="div" data-testid="served-by">
      <Dotted>
        <b>{answer.deployment ?? model}</b>
        {parts}
        {seesAll && answer.id !== undefined && answer.totalS !== undefined && (
          <Anchor
            component={Link}
            to="/requests"
            search={{ id: answer.id } as never}
            size="xs"
            underline="always"
          >
            {t('playground.why')}
          </Anchor>
        )}
      </Dotted>
    </Text>
  );
};
