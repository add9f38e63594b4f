// build.mjs <tool> <cjs | esm> [external] [program]: bundles program.cjs or program.mjs of the current folder, or
// another, with warnings shown, to dist/<tool>.cjs or .mjs. The tools' defaults, and `external` where
// docs/surroundings.md says so.

import path from 'node:path';

const [tool, format, external, program = 'program'] = process.argv.slice(2);
const isESM = format === 'esm';
const ending = isESM ? 'mjs' : 'cjs';
const input = path.resolve(`${program}.${ending}`);
const dir = path.resolve('dist');
const name = `${tool}.${ending}`;
const file = path.join(dir, name);
const kept = external === 'external' ? ['cnet'] : [];

const warn = (warning) => console.log(warning.message ?? warning);

const TOOLS = {
  async esbuild() {
    const { build } = await import('esbuild');
    const { warnings } = await build({
      entryPoints: [input], bundle: true, platform: 'node', format, outfile: file, external: kept, logLevel: 'silent',
    });
    for (const { text } of warnings) warn(text);
  },

  async webpack() {
    const { default: webpack } = await import('webpack');
    const config = {
      mode: 'production',
      target: 'node',
      entry: input,
      externals: Object.fromEntries(kept.map((one) => [one, `${isESM ? 'module' : 'commonjs'} ${one}`])),
      experiments: { outputModule: isESM },
      output: { path: dir, filename: name, module: isESM },
    };
    const stats = await new Promise((resolve, reject) => {
      webpack(config, (error, result) => (error ? reject(error) : resolve(result)));
    });
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    for (const { message } of [...errors, ...warnings]) warn(message);
  },

  async rollup() {
    const { rollup } = await import('rollup');
    const { default: commonjs } = await import('@rollup/plugin-commonjs');
    const { default: resolve } = await import('@rollup/plugin-node-resolve');
    const bundle = await rollup({
      input, external: kept, plugins: [resolve({ preferBuiltins: true }), commonjs()], onwarn: warn,
    });
    await bundle.write({ file, format });
  },

  async rolldown() {
    const { rolldown } = await import('rolldown');
    const onLog = (level, log) => warn(`${level}: ${log.message}`);
    const bundle = await rolldown({ input, external: kept, platform: 'node', onLog });
    await bundle.write({ file, format });
    await bundle.close();
  },

  async vite() {
    const { build } = await import('vite');
    await build({
      configFile: false,
      logLevel: 'warn',
      ssr: kept.length > 0 ? { external: kept } : { noExternal: true },
      build: {
        ssr: input, outDir: dir, emptyOutDir: false, rolldownOptions: { output: { format, entryFileNames: name } },
      },
    });
  },
};

await TOOLS[tool]();
