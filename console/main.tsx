import '@mantine/core/styles.css';
import './ui/base.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './data/queries.ts';
import './i18n/i18n.ts';
import { router } from './router.tsx';
import { theme } from './ui/theme.ts';

// Pictures are taken on machines without Japanese fonts; people's own have them.
if (import.meta.env.MODE === 'pictures') {
  await import('@fontsource-variable/noto-sans-jp');
  const { default: texts } = await import('./i18n/ja.json');
  // What a chart draws before its part of the font has come stays blank.
  await document.fonts.load(
    '1rem "Noto Sans JP Variable"',
    `${JSON.stringify(texts)}年月日時分秒曜`,
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
