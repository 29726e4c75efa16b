/**
 * Where letters come after their text was laid out some browsers leave the empty boxes standing. All text
 * is laid out again when they have come, by a feature that no font has.
 */
export const layOutAgainWithFonts = (): void => {
  let rounds = 0;
  document.fonts.addEventListener('loadingdone', () => {
    rounds++;
    // Each time another value: what was laid out by one that was there before is remembered, boxes and all.
    document.body.style.fontFeatureSettings = `'palt' 0, 'zzzz' ${rounds}`;
  });
};
