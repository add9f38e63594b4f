// Makes the namespace that `import ... from 'net'` of an ES module is linked to (register-names.js).
import 'node:net';
