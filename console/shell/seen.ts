const SEEN = 'spillway.scene';

/** Whether this browser has been shown the first scene, or has said no to it. */
export const hasSeenScene = (): boolean => localStorage.getItem(SEEN) !== null;

export const markSceneSeen = (): void => localStorage.setItem(SEEN, '1');
