import '@mantine/core/styles.css';
// Names and ranges: of the font itself a page fetches what it needs, on machines without Japanese letters.
import '@fontsource-variable/noto-sans-jp/index.css';
import './ui/base.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './data/queries.ts';
import './i18n/i18n.ts';
import { router } from './router.tsx';
import { layOutAgainWithFonts } from './ui/late-letters.ts';
import { theme } from './ui/theme.ts';

layOutAgainWithFonts();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
