import {
  Box,
  Button,
  Center,
  Code,
  FocusTrap,
  Overlay,
  PasswordInput,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../data/api.ts';
import { useSignIn } from '../data/queries.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Mark } from './mark.tsx';

/** What is refused most is said in the reader's language. */
const knownOf = (error: unknown): 'signIn.wrong' | 'signIn.tooMany' | undefined => {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 429) return 'signIn.tooMany';
  return error.status === 401 && error.param === 'key' ? 'signIn.wrong' : undefined;
};

interface SignInProps {
  /** Above a page whose session has ended. */
  readonly isOverlay?: boolean;
  readonly signedIn: () => void;
}

/** The key goes to the server once, and is kept nowhere in the page. */
export const SignIn = ({ isOverlay = false, signedIn }: SignInProps) => {
  const { t } = useTranslation();
  const [key, setKey] = useState('');
  const titleId = useId();
  const field = useRef<HTMLInputElement>(null);
  const signIn = useSignIn();
  useEffect(() => field.current?.focus(), []);
  const known = knownOf(signIn.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate(key, {
      onSuccess: () => {
        setKey('');
        signedIn();
      },
    });
  };
  const card = (
    <Box
      className="panel"
      w={380}
      maw="92vw"
      p="xl"
      role={isOverlay ? 'dialog' : undefined}
      aria-modal={isOverlay || undefined}
      aria-labelledby={titleId}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Mark />
          <Title order={1} size="h3" id={titleId}>
            {t(isOverlay ? 'signIn.again' : 'signIn.title')}
          </Title>
          <Text size="sm" className="soft">
            {t('signIn.what')} <Code>general_settings.master_key</Code>
          </Text>
          <Text size="sm" className="soft">
            {t('signIn.or')}
          </Text>
          <PasswordInput
            label={t('signIn.key')}
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            autoComplete="current-password"
            ref={field}
            data-autofocus
            required
            withAsterisk={false}
          />
          {signIn.isError && <ErrorNote error={signIn.error} text={known && t(known)} />}
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {t('signIn.enter')}
          </Button>
        </Stack>
      </form>
    </Box>
  );
  if (!isOverlay)
    return (
      <Center mih="100vh" component="main">
        {card}
      </Center>
    );
  return (
    <Overlay fixed center backgroundOpacity={0.5} blur={2} zIndex={500}>
      <FocusTrap>{card}</FocusTrap>
    </Overlay>
  );
};
