const TEXTS = {
  building: {
    en: 'The console is being built. This page opens it in a few seconds.',
    ja: 'コンソールをビルドしています。数秒後に自動で開きます。',
  },
  failed: {
    en: 'The console could not be built; the log says why. The API works without it.',
    ja: 'コンソールをビルドできませんでした。理由はログにあります。API はそのまま使えます。',
  },
  missing: {
    en: 'The console is not built here. Run “npm ci” with development dependencies, then start again.',
    ja: 'ここにはビルド済みのコンソールがありません。開発用の依存を含めて “npm ci” を実行し、起動し直してください。',
  },
} as const;

/** A page without scripts that loads itself again while there is something to wait for. */
export const buildNotice = (state: keyof typeof TEXTS): string => {
  const { en, ja } = TEXTS[state];
  const again = state === 'building' ? '<meta http-equiv="refresh" content="1">' : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Spillway</title>${again}
<style>
:root{color-scheme:light dark}
body{font:16px/1.6 system-ui,"Noto Sans JP",sans-serif;display:grid;place-content:center;min-height:90vh;margin:0;padding:2rem}
p{max-width:34rem;margin:.4rem 0}
</style></head>
<body><main><h1>Spillway</h1><p>${en}</p><p lang="ja">${ja}</p></main></body></html>
`;
};
