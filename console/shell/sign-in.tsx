import {
  Box,
  Button,
  Center,
  Code,
  Overlay,
  PasswordInput,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSignIn } from '../data/queries.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Mark } from './mark.tsx';

interface SignInProps {
  /** Above a page whose session has ended. */
  readonly isOverlay?: boolean;
  readonly signedIn: () => void;
}

/** The key goes to the server once, and is kept nowhere in the page. */
export const SignIn = ({ isOverlay = false, signedIn }: SignInProps) => {
  const { t } = useTranslation();
  const [key, setKey] = useState('');
  const signIn = useSignIn();
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
    <Box className="panel" w={380} maw="92vw" p="xl" role={isOverlay ? 'dialog' : undefined}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Mark />
          <Title order={1} size="h3">
            {t(isOverlay ? 'signIn.again' : 'signIn.title')}
          </Title>
          <Text size="sm" className="soft">
            {t('signIn.what')} <Code>general_settings.master_key</Code>
            <br />
            {t('signIn.or')}
          </Text>
          <PasswordInput
            label={t('signIn.key')}
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
            autoComplete="current-password"
            data-autofocus
            required
          />
          {signIn.isError && <ErrorNote error={signIn.error} />}
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
      {card}
    </Overlay>
  );
};
