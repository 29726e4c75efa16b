import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Water under a bridge: calm, and dark enough for white text from shade 7 on. */
const water: MantineColorsTuple = [
  '#e8f6fa',
  '#d3eaf1',
  '#a6d3e2',
  '#75bbd3',
  '#4ea7c6',
  '#349bbe',
  '#2089ae',
  '#0b6e8f',
  '#08627f',
  '#00506b',
];

const FONTS =
  '"Inter", system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans JP", "Noto Sans JP Variable", "Yu Gothic UI", "Meiryo", sans-serif';

export const theme = createTheme({
  colors: { water },
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: FONTS,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
  headings: { fontFamily: FONTS, fontWeight: '650' },
  defaultRadius: 'md',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** One colour per deployment, told apart in both themes and by most kinds of colour blindness. */
const SERIES = [
  '#1f88b2',
  '#e08a1e',
  '#4a9b5a',
  '#9067c6',
  '#d0584f',
  '#7a7f3a',
  '#c65f9e',
  '#5b78d6',
] as const;

export const seriesColor = (index: number): string => SERIES[Math.max(0, index) % SERIES.length]!;
