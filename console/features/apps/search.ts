const TABS = ['run', 'runs', 'api', 'missing'] as const;
export type AppTab = (typeof TABS)[number];

/** What the address of an app says. */
export interface AppSearch {
  readonly tab?: AppTab;
  /** A run that is looked at again. */
  readonly run?: string;
}

export const readAppSearch = ({ tab, run }: Record<string, unknown>): AppSearch => {
  const known = TABS.find((one) => one === tab);
  return {
    ...(known && known !== 'run' && { tab: known }),
    ...(typeof run === 'string' && run !== '' && { run }),
  };
};
