import type { Page } from 'playwright-core';

/** From the beginning of the navigation, ms. */
export const firstPaint = (page: Page): Promise<number> =>
  page.evaluate<number>(`new Promise((resolve) => {
    new PerformanceObserver((all) => {
      const [first] = all.getEntriesByName('first-contentful-paint');
      if (first) resolve(first.startTime);
    }).observe({ type: 'paint', buffered: true });
  })`);

/** From now on the page remembers its slowest answer to a hand: from the event to what is drawn next. */
export const watchInteractions = (page: Page): Promise<void> =>
  page.evaluate(`
    globalThis.slowestInteraction = 0;
    new PerformanceObserver((all) => {
      for (const { duration } of all.getEntries())
        globalThis.slowestInteraction = Math.max(globalThis.slowestInteraction, duration);
    }).observe({ type: 'event', durationThreshold: 16 });
  `);

/** Ms; what took less than 16 counts as nothing. */
export const slowestInteraction = async (page: Page): Promise<number> => {
  // Entries come after the frame that they tell of.
  await page.waitForTimeout(500);
  return page.evaluate<number>('globalThis.slowestInteraction');
};

/** The time between any two frames in a row, ms. */
export const framesOf = (page: Page, forMs: number): Promise<number[]> =>
  page.evaluate<number[]>(`new Promise((resolve) => {
    const all = [];
    const began = performance.now();
    let last = began;
    const next = (now) => {
      all.push(now - last);
      last = now;
      if (now - began > ${forMs}) resolve(all);
      else requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`);
