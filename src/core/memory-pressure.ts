/** How full this process's memory is: `some`, and what can be put off is; `much`, and what can be refused is. */
export type MemoryPressure = 'none' | 'some' | 'much';
