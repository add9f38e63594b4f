import net, { Socket, createServer } from 'cnet';

import exercise from './exercise.cjs';
import required from './required.cjs'; // by the other entry

if (required.Socket !== Socket || required.createServer !== createServer) throw new Error('there are two of them');
console.log(await exercise(net));
