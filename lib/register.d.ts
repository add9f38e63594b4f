/** Makes `net` cnet in this thread. Loading the module has done it; it is needed only after unregister(). */
export function register(): void;

/** Makes `net` Node's own again, for all that asks for it from now on. */
export function unregister(): void;
