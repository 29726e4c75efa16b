/** What is made of something that is replaced as a whole now and then: made anew when it has been. */
export const derived = <Source extends object, Made>(
  source: () => Source,
  make: (source: Source) => Made,
): (() => Made) => {
  let from: Source | undefined;
  let made: Made;
  return () => {
    const now = source();
    if (now !== from) {
      made = make(now);
      from = now;
    }
    return made;
  };
};
