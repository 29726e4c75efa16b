import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const FONT_LICENCE = '../node_modules/@fontsource-variable/noto-sans-jp/LICENSE';

/** A font goes on to others with its licence beside it. */
const withFontLicence = (): Plugin => ({
  name: 'font-licence',
  generateBundle() {
    this.emitFile({
      type: 'asset',
      fileName: 'assets/noto-sans-jp-licence.txt',
      source: readFileSync(new URL(FONT_LICENCE, import.meta.url)),
    });
  },
});

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/ui/',
  plugins: [react(), withFontLicence()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A page that may load nothing inline: every picture and font is a file.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
});
