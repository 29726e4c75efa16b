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

/** The night of the same water: panels, fields and lines of one hue. */
const dark: MantineColorsTuple = [
  '#d3dade',
  '#b6c0c6',
  '#9aa7b0',
  '#66727a',
  '#39424a',
  '#2c3338',
  '#20262b',
  '#16191c',
  '#121517',
  '#0d1012',
];

/** Japanese letters as machines have them; the last comes from us, where there are none of these. */
const JAPANESE =
  '"Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", "Meiryo", "BIZ UDPGothic", "IPAexGothic", "Noto Sans JP Variable"';

export const FONTS = `"Inter", system-ui, -apple-system, "Segoe UI", ${JAPANESE}, sans-serif`;

export const theme = createTheme({
  colors: { water, dark },
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: FONTS,
  fontFamilyMonospace: `ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace, ${JAPANESE}`,
  headings: { fontFamily: FONTS, fontWeight: '650' },
  defaultRadius: 'md',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: { styles: { title: { fontWeight: 650, fontSize: '1rem' } } },
    // Its own scrollbars take room even where nothing scrolls.
    TableScrollContainer: { defaultProps: { type: 'native' } },
    // Not an item, and yet in the menu.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Drawer: { styles: { title: { fontWeight: 650, fontSize: '1rem' } } },
  },
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
