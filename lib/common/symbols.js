'use strict';

/** The keys by which the rooms of lib/ reach each other's objects. A key of one room alone is in its state.js. */
module.exports = {
  /** The methods by which a Handle's owner, a Socket or a Server, is told: see native/events.js. */
  kAttempted: Symbol('kAttempted'),
  kClosed: Symbol('kClosed'),
  kConnected: Symbol('kConnected'),
  kDescriptors: Symbol('kDescriptors'),
  kDropped: Symbol('kDropped'),
  kExhausted: Symbol('kExhausted'),
  kRead: Symbol('kRead'),
  kShutDown: Symbol('kShutDown'),
  kUserDropped: Symbol('kUserDropped'),
  kWritten: Symbol('kWritten'),

  /** The owner of a Handle. */
  kOwner: Symbol('kOwner'),

  /**
   * Method of a handle that is not cnet's: runs an action with one that is, for a moment: see socket/node-stream.js.
   */
  kBorrow: Symbol('kBorrow'),

  /** The socket for which a stand-in stands: see socket/stand-in.js. */
  kStandsFor: Symbol('kStandsFor'),

  /** State of a Socket or a Server (see their state.js) for which other rooms ask too. */
  kBytesWritten: Symbol('kBytesWritten'), // native/, for handle.bytesWritten
  kHandle: Symbol('kHandle'), // options/ and node-internals/; of a BoundSocket too
  kUndo: Symbol('kUndo'), // common/undo.js
  kUserTimeout: Symbol('kUserTimeout'), // options/
  kWillConnect: Symbol('kWillConnect'), // node-internals/
};
