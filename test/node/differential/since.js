'use strict';

/**
 * Marks a scenario whose model is the newest line of Node, because older lines behave otherwise.
 * @param {number} line the first line that behaves as the newest one does
 * @param {string} why what older lines do
 * @param {object} scenario
 */
function since(line, why, scenario) { return { ...scenario, newest: why, since: line }; }

module.exports = { since };
