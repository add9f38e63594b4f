'use strict';

/**
 * Scenarios over a connected pair, of which both ends are watched.
 * @param {(t: object, client: object, accepted: object) => any[]} atEnd what is logged when all has ended
 * @param {{ watching?: object | null, begin?: Function }} [options] null: neither end is watched; `begin` comes first
 * @returns {(title: string, act: Function, options?: object) => object} a scenario in which `act` uses the pair
 */
const pairs = (atEnd, { watching = {}, begin = () => {} } = {}) => (title, act, options) => ({
  title,
  async run(t) {
    const { client, accepted } = await t.pair({ ...(watching && { watching }), ...options });
    begin(t, client, accepted);
    await act(t, client, accepted);
    await t.end();
    t.log('at the end', ...atEnd(t, client, accepted));
  },
});

module.exports = { pairs };
