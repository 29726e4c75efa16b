import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What somebody who cannot see it, or holds no mouse, would stumble over (WCAG 2.2 A and AA). */
export const faultsOf = async (page: Page): Promise<string[]> => {
  // By the protocol, not as a script of the page: its policy lets none in.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(of: object): Promise<{ violations: Violation[] }> };
      }
    ).axe.run({ runOnly: tags });
    interface Violation {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
    );
  });
};
