// trace.mjs <program>: the files that @vercel/nft says the program of the current folder needs, as JSON; its warnings
// on stderr.

import { nodeFileTrace } from '@vercel/nft';

const { fileList, warnings } = await nodeFileTrace([process.argv[2]], { base: process.cwd() });
for (const { message } of warnings) console.error(message);
console.log(JSON.stringify([...fileList]));
