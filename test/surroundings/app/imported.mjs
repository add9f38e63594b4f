import net from 'cnet';

import exercise from './exercise.cjs';

console.log(await exercise(net));
