import type { Drawing } from '#gateway/console/app-shapes.ts';
import { extentOf } from '../../canvas/place.ts';

interface Layout {
  /** It lies across the page: beside a run its words would be too small to read. */
  readonly isWide: boolean;
  /** How high it is drawn, px. */
  readonly height: number;
}

/** The widest that is still read beside a run, px. */
const BESIDE = 1_050;
/** How wide a page is at most, px: as a guess of how high a graph across it comes to be. */
const ACROSS = 1_150;
const LEAST_HEIGHT = 240;
const MOST_HEIGHT = 520;
const PADDING = 60;

/** Where the graph of an app belongs on its page. */
export const layoutOf = (drawing: Drawing | undefined): Layout => {
  const { width, height } = drawing ? extentOf(drawing) : { width: 0, height: 0 };
  if (width <= BESIDE) return { isWide: false, height: MOST_HEIGHT };
  const drawn = height * Math.min(1, ACROSS / width) + PADDING;
  return { isWide: true, height: Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, drawn)) };
};
