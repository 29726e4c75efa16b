/**
 * What `load` brings: loaded when it is first asked for, and kept. It is for code that a process may
 * never need and would carry all its life. Rejects as `load` does, and tries again for the next who asks.
 */
export const lazily = <Loaded>(load: () => Promise<Loaded>): (() => Promise<Loaded>) => {
  let coming: Promise<Loaded> | undefined;
  const begin = async (): Promise<Loaded> => {
    try {
      return await load();
    } catch (thrown) {
      coming = undefined;
      throw thrown;
    }
  };
  return () => (coming ??= begin());
};
