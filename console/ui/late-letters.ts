/**
 * Where letters come after their text was laid out some browsers leave the empty boxes standing. All text
 * is laid out again when they have come, by a feature that no font has.
 */
export const layOutAgainWithFonts = (): void => {
  let rounds = 0;
  document.fonts.addEventListener('loadingdone', () => {
    rounds++;
    document.body.style.fontFeatureSettings = `'palt' 0, 'zzzz' ${rounds % 2}`;
  });
};
