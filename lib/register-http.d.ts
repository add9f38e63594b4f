/**
 * Lets servers of http, https and http2 and the connections of http.Agent and https.Agent use cnet, in this thread.
 * Loading the module has done it; it is needed only after unregister(). Since cnet 0.1.0 (not in Node).
 */
export function register(): void;

/** Gives them Node's own net back, for all that listens or connects from now on. Since cnet 0.1.0 (not in Node). */
export function unregister(): void;
