/**
 * Lets servers of http, https and http2 and the connections of http.Agent and https.Agent use cnet, in this thread.
 * Loading the module has done it; it is needed only after unregister().
 */
export function register(): void;

/** Gives them Node's own net back, for all that listens or connects from now on. */
export function unregister(): void;
