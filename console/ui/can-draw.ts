const SIDE = 24;
/** A code point that never has a picture. */
const NOTHING = '\u{10FFFF}';

const pictureOf = (text: string): string => {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const pen = canvas.getContext('2d');
  if (!pen) return text;
  pen.font = `${SIDE * 0.6}px sans-serif`;
  pen.textBaseline = 'top';
  pen.fillText(text, 0, 0);
  return pen.getImageData(0, 0, SIDE, SIDE).data.join(',');
};

const known = new Map<string, boolean>();

/** Whether this machine has a picture for an emoji: what it has none for becomes the same box as anything else. */
export const canDraw = (emoji: string): boolean => {
  const before = known.get(emoji);
  if (before !== undefined) return before;
  const can = pictureOf(emoji) !== pictureOf(NOTHING);
  known.set(emoji, can);
  return can;
};
