import { Button, CloseButton, FileButton, Group, Image, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Larger ones would be most of what a request may hold, bytes. */
const MOST_BYTES = 8_000_000;

interface ImagePickProps {
  /** As a `data:` URL. */
  readonly image: string | undefined;
  readonly pick: (image: string | undefined) => void;
}

export const ImagePick = ({ image, pick }: ImagePickProps) => {
  const { t } = useTranslation();
  const [isTooLarge, setTooLarge] = useState(false);
  const read = (file: File | null): void => {
    setTooLarge(file !== null && file.size > MOST_BYTES);
    if (!file || file.size > MOST_BYTES) return;
    const reader = new FileReader();
    reader.addEventListener('load', () => pick(reader.result as string));
    reader.readAsDataURL(file);
  };
  if (image !== undefined)
    return (
      <Group gap={4}>
        <Image src={image} h={34} w="auto" radius="sm" alt={t('playground.image')} />
        <CloseButton
          size="sm"
          aria-label={t('playground.noImage')}
          onClick={() => pick(undefined)}
        />
      </Group>
    );
  return (
    <Group gap="xs">
      <FileButton onChange={read} accept="image/png,image/jpeg,image/webp,image/gif">
        {(props) => (
          <Button {...props} variant="default" size="compact-sm">
            {t('playground.addImage')}
          </Button>
        )}
      </FileButton>
      {isTooLarge && (
        <Text size="xs" c="var(--bad)" role="alert">
          {t('playground.imageTooLarge', { megabytes: MOST_BYTES / 1e6 })}
        </Text>
      )}
    </Group>
  );
};
