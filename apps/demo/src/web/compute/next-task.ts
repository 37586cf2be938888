/** Long work in pieces: what the browser has to do meanwhile comes between them. */

export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
