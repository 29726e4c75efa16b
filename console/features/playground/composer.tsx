import { Button, Group, Text, Textarea } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../../ui/page.tsx';
import { ImagePick } from './image-pick.tsx';
import type { Prompt } from './pane.tsx';

interface ComposerProps {
  /** Whether there is a model to send to; until there is one, what was typed stays. */
  readonly isReady: boolean;
  readonly send: (prompt: Prompt) => void;
  /** What else can be chosen. */
  readonly children: ReactNode;
}

/** Where a prompt is written. */
export const Composer = ({ isReady, send, children }: ComposerProps) => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [image, setImage] = useState<string>();
  const canSend = isReady && typed.trim() !== '';
  const go = (): void => {
    if (!canSend) return;
    send({ text: typed, image });
    setTyped('');
    setImage(undefined);
  };
  const goOnEnter = (event: KeyboardEvent): void => {
    // Enter also ends the choice of characters, which is no wish to send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    go();
  };
  return (
    <Panel>
      <Textarea
        aria-label={t('playground.prompt')}
        placeholder={t('playground.promptHint')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={goOnEnter}
        autosize
        minRows={2}
        maxRows={10}
      />
      <Group justify="space-between" mt="sm">
        <Group gap="sm">
          <ImagePick image={image} pick={setImage} />
          {children}
        </Group>
        <Group gap="sm">
          <Text size="xs" className="soft">
            {t('playground.enterSends')}
          </Text>
          <Button onClick={go} disabled={!canSend}>
            {t('playground.send')}
          </Button>
        </Group>
      </Group>
    </Panel>
  );
};
