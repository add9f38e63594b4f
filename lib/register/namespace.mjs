// Makes the namespace that `import { name } from 'net'` of an ES module is linked to (register/names.js).
import 'node:net';
