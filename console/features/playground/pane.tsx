import { Button, Group, Menu, Select, Stack, Text } from '@mantine/core';
import { type Ref, useEffect, useImperativeHandle, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatAsk, ChatMessage } from '../../data/stream-chat.ts';
import { Panel } from '../../ui/page.tsx';
import { useCopy } from '../../ui/use-copy.ts';
import { useFollowed } from '../../ui/use-followed.ts';
import { type ChatParameters, readTools } from './chat-parameters.ts';
import { snippetOf, SNIPPETS } from './snippets.ts';
import { Turn } from './turn.tsx';
import { useChat } from './use-chat.ts';

export interface Prompt {
  readonly text: string;
  readonly image: string | undefined;
}

export interface PaneHandle {
  readonly send: (prompt: Prompt) => void;
}

interface PaneProps {
  readonly ref: Ref<PaneHandle>;
  readonly names: readonly string[];
  readonly first: string | undefined;
  readonly parameters: ChatParameters;
}

/** One chat with one model. */
export const Pane = ({ ref, names, first, parameters }: PaneProps) => {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string>();
  const model = chosen ?? first ?? '';
  const chat = useChat();
  // A program that sends nothing would be refused.
  const example: readonly ChatMessage[] = [
    { role: 'user', content: t('playground.parallelPrompt') },
  ];
  const askOf = (messages: readonly ChatMessage[]): ChatAsk =>
    asked({ model, messages }, parameters);
  useImperativeHandle(ref, () => ({ send: (prompt) => chat.send(prompt, askOf) }));
  useEffect(() => chat.stop, [chat.stop]);
  const last = chat.turns.at(-1);
  const log = useFollowed(
    `${last?.prompt.text} ${last?.answer?.text} ${last?.answer?.totalS} ${last?.isBusy}`,
    chat.turns.length,
  );
  return (
    <Panel
      title={t('playground.conversation')}
      aside={
        <Group gap="xs">
          <Select
            aria-label={t('playground.model')}
            data={[...new Set(names)]}
            value={model}
            onChange={(value) => setChosen(value ?? undefined)}
            allowDeselect={false}
            searchable
            size="xs"
            w={190}
          />
          <CopyAs ask={() => askOf(chat.messages.length > 0 ? chat.messages : example)} />
          <Button
            size="compact-sm"
            variant="default"
            onClick={chat.isBusy ? chat.stop : chat.clear}
          >
            {t(chat.isBusy ? 'playground.stop' : 'playground.clear')}
          </Button>
        </Group>
      }
    >
      <Stack
        gap="md"
        ref={log}
        mih={280}
        mah="56vh"
        style={{ overflowY: 'auto' }}
        tabIndex={0}
        role="log"
        aria-label={t('playground.conversation')}
      >
        {chat.turns.length === 0 && (
          <Text className="soft" size="sm" m="auto">
            {t('playground.empty')}
          </Text>
        )}
        {chat.turns.map((turn, i) => (
          <Turn key={i} turn={turn} />
        ))}
      </Stack>
    </Panel>
  );
};

const asked = (
  { model, messages }: Pick<ChatAsk, 'model' | 'messages'>,
  { system, temperature, maxTokens, tools }: ChatParameters,
): ChatAsk => {
  const given = readable(tools);
  return {
    model,
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system } as const]),
      ...messages,
    ],
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(given !== undefined && { tools: given }),
  };
};

const CopyAs = ({ ask }: { ask: () => ChatAsk }) => {
  const { t } = useTranslation();
  const { copy, state } = useCopy();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="default">
          {t(state === 'ready' ? 'playground.copyAs' : `copy.${state}`)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {SNIPPETS.map((kind) => (
          <Menu.Item key={kind} onClick={() => copy(snippetOf(kind, ask(), location.origin))}>
            {kind}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

/** What is no JSON yet is not sent: the field says so. */
const readable = (tools: string): unknown => {
  try {
    return readTools(tools);
  } catch {
    return undefined;
  }
};
