// Vitest's configuration with which it runs the package's code itself.

export default { test: { server: { deps: { inline: ['cnet'] } } } };
