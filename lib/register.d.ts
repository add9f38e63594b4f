/**
 * Makes `net` cnet in this thread. Loading the module has done it; it is needed only after unregister(). Since cnet
 * 0.1.0 (not in Node).
 */
export function register(): void;

/** Makes `net` Node's own again, for all that asks for it from now on. Since cnet 0.1.0 (not in Node). */
export function unregister(): void;
