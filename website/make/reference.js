'use strict';
// reference.js: docs/api.md as pages of the site: one for each of its chapters, with an entry of its own for each
// class, method, event, option, property and error. Types, and since when Node has a thing, come from the types.

const VERSION = require('../../package.json').version;

/** An entry in the text: a list item whose bold words have code in them. */
const ITEM = /^- \*\*([^]*?)\*\*((?:.*\n)(?: {2}.*\n|\n(?= {2}))*)/gm;

/** `(default: 0; since 20.1, 18.17)` behind the name. */
const REMARK =
  /^\s*\(((?:default:|since|only in cnet|not released|documented|abstract|this order|gone|in Node|`)[^]*?)\)(?=[:\s,])/;

/** The object that a chapter is about, as its entries name it, and its class. */
const CLASSES = {
  'Class Server': ['server', 'Server'],
  'Class Socket': ['socket', 'Socket'],
  'Class BlockList': ['blockList', 'BlockList'],
  'Class SocketAddress': ['socketAddress', 'SocketAddress'],
  'Class BoundSocket': ['boundSocket', 'BoundSocket'],
};

/** What an entry without a kind of its own is, by the heading above it. */
const HEADINGS = {
  'Options of a server': { kind: 'option', place: 'createServer()' },
  'Options of a socket': { kind: 'option', place: 'new Socket()' },
  'socket.connect()': { kind: 'option', place: 'connect()' },
  'server.listen()': { kind: 'option', place: 'listen()' },
  'Events of a server': { kind: 'event', place: 'Server' },
  'Events of a socket': { kind: 'event', place: 'Socket' },
  Numbers: { kind: 'property', place: 'Stats' },
  'Connections in for await': { kind: 'option', place: 'ConnectionIteratorOptions' },
  'Graceful shutdown': { kind: 'option', place: 'ShutdownOptions', also: 'ShutdownResult' },
  'Files from the kernel to the peer': { kind: 'option', place: 'SendFileOptions' },
  'Relay of two sockets': { kind: 'option', place: 'SpliceOptions' },
  'PROXY protocol': { kind: 'option', place: 'ProxyProtocolOptions' },
  "Memory of the program's for reads": { kind: 'option', place: 'ServerOnReadOpts' },
};

/** GitHub's anchors: headings have the same ones on the site. */
const slug = (text) =>
  text.trim().toLowerCase().replace(/<[^>]*>/g, '').replace(/[^\p{L}\p{N}\- _]/gu, '').replaceAll(' ', '-');

const unbroken = (text) => text.replace(/\s*\n\s*/g, ' ');

/* The code spans of a text. */
const codesOf = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => unbroken(code));

/** `socket.setTimeout(timeout[, callback])` -> `setTimeout`; `blockList[Symbol.dispose]()` -> `Symbol.dispose`. */
function nameOf(code) {
  const symbol = /\[(Symbol\.\w+)\]/.exec(code);
  if (symbol !== null) return symbol[1];
  const [word] = /^(?:new )?[\w$.]+/.exec(code.replace(/^'|'$/g, '').trim()) ?? [code];
  return word.replace(/^new /, '').split('.').pop();
}

/** The calls that options belong to. */
const CALLS = ['connect()', 'createServer()', 'listen()', 'new Socket()'];

const CLASS_NAMES = Object.values(CLASSES).map(([, name]) => name);

function kindOfOption(head, said) {
  const after = head.slice(head.indexOf(' of '));
  return { kind: 'option', place: CALLS.find((call) => after.includes(`\`${call}\``)) ?? said?.place ?? null };
}

function kindOfEvent(head, said) {
  if (said?.kind === 'event') return said;
  return { kind: 'event', place: /server/.test(head) ? 'Server' : 'Socket' };
}

/* `server.close()` -> { kind: 'method', place: 'Server' }; null: it is of no class. */
function kindOfMember(code) {
  const owner = /^(?:new )?(\w+)(?=[.[(])/.exec(code)?.[1];
  const found = Object.values(CLASSES).find((names) => names.includes(owner));
  if (found === undefined) return null;
  if (code.startsWith('new ')) return { kind: 'class', place: found[1] };
  return { kind: code.includes('(') ? 'method' : 'property', place: found[1] };
}

/* What an entry is: { kind, place }. */
function kindOf(code, head, heading, chapter) {
  const said = HEADINGS[heading];
  const isCall = code.includes('(');
  if (code.startsWith("'")) return kindOfEvent(head, said);
  if (/^(ERR_|ABORT_ERR|EPIPE)/.test(code)) return { kind: 'error', place: null };
  if (/^option /i.test(head)) return kindOfOption(head, said);
  if (code === 'TLV') return { kind: 'property', place: null };
  const member = kindOfMember(code);
  if (member !== null) return member;
  if (said?.kind === 'option' && !isCall) return said;
  if (chapter === 'Diagnostics') return { kind: 'diagnostics', place: null };
  if (/^(onread\.)?callback\(/.test(code)) return { kind: 'argument', place: said?.place ?? null };
  if (isCall) return { kind: 'function', place: null };
  return said ?? { kind: 'property', place: null };
}

/* What a module exports, or a member of one of its classes. */
const anywhere = (types, name, file) =>
  types.exported(name, file) ?? ['Socket', 'Server'].map((one) => types.member(one, name)).find(Boolean) ?? null;

/* The types of one name of an entry; null: there are none. */
function typesOf(types, { kind, place, also }, name, head) {
  const file = /`cnet\/([\w-]+)`/.exec(head)?.[1];
  if (kind === 'event') return types.member(`${place}EventMap`, name);
  if (kind === 'class') return types.exported(name);
  if (kind === 'method' || CLASS_NAMES.includes(place)) return types.member(place, name);
  if (kind === 'function') return anywhere(types, name, file);
  if (kind !== 'option' && kind !== 'property') return null;
  const found = [place, also].filter(Boolean).map((one) => types.property(one, name)).find(Boolean);
  return found ?? anywhere(types, name, file);
}

/* How the types write an event, as a program listens to it. */
function signatureOf({ kind, place }, name, { texts }) {
  if (kind !== 'event') return texts.map((text) => text.replace(/;$/, '')).join('\n');
  const [, args] = /\[([^]*)\];?$/.exec(texts[0]) ?? [null, ''];
  return `${place.toLowerCase()}.on('${name}', (${args}) => void)`;
}

/** "since 23.4, 22.13" of the text, else what the types say. */
function sinceNode(remark, found) {
  const [, since] = /(?:^|;|,)\s*since ([\d., ]+\d)/.exec(remark) ?? [];
  if (since !== undefined) return since.trim();
  if (/only in cnet/.test(remark)) return 'not in Node';
  if (/not released/.test(remark)) return 'not released';
  const told = found?.node ?? null;
  if (told === null) return null;
  if (/^not in Node/.test(told)) return 'not in Node';
  if (/not released/.test(told)) return 'not released';
  return told.replace(/^Node:? /, '');
}

/** "default: 5000" of the text, else what the comment of the types says. An option without either has none. */
function defaultOf(remark, kind, type) {
  const [, said] = /default: ([^;]*)/.exec(remark) ?? [];
  if (said !== undefined || kind !== 'option') return said ?? null;
  const comment = unbroken(type?.comment ?? '');
  const [, after] = /(?<!the )default: ([^.;]+)/i.exec(comment) ?? [];
  const [, before] = /([\w']+), the default\b/.exec(comment) ?? [];
  return after ?? before ?? 'none';
}

/** Chapters that Node does not have, or where the line that names Node is in the text. */
const CHAPTERS = { 'Not in Node': 'not in Node', 'Not in Node\'s documents': 'undocumented' };

/**
 * One entry of docs/api.md.
 * @param {{ head: string, rest: string, heading: string, chapter: string }} item
 * @param {ReturnType<typeof import('./types.js').readTypes>} types
 * @returns {{ title: string, names: { code: string, name: string, kind: string, place: string | null,
 *   signature: string | null }[], node: string, cnet: string, fallback: string | null, text: string } | null} null: it
 *   names nothing
 */
function readEntry({ head, rest, heading, chapter }, types) {
  const codes = codesOf(head).filter((code) => !/^cnet\//.test(code));
  if (codes.length === 0) return null;
  const [named] = unbroken(head).split(/ of (?:the data|`)|, as the two below/); // what follows is where it belongs
  const own = codes.slice(0, codesOf(named).length);
  const remark = unbroken(REMARK.exec(rest)?.[1] ?? '');
  const text = rest.slice(REMARK.exec(rest)?.[0].length ?? 0).replace(/^:\s*/, '').replace(/^ {2}/gm, '').trim();
  const found = own.map((code) => {
    const name = nameOf(code);
    const kind = { ...kindOf(code, unbroken(head), heading, chapter) };
    const type = typesOf(types, kind, name, unbroken(head));
    if (type === null && /Options|Opts/.test(kind.place ?? '')) kind.kind = 'argument';
    if (kind.also !== undefined && types.property(kind.place, name) === null && type !== null) kind.kind = 'property';
    return { code, name, ...kind, signature: type === null ? null : signatureOf(kind, name, type), type };
  });
  const type = found.find((one) => one.type !== null)?.type ?? null;
  return {
    title: own.join(', '),
    names: found,
    node: sinceNode(remark, type) ?? (/cnet\./.test(own[0]) ? 'not in Node' : CHAPTERS[chapter] ?? '18 or before'),
    cnet: type?.cnet ?? VERSION,
    fallback: defaultOf(remark, found[0].kind, type),
    remark,
    text,
  };
}

/* What makes the anchor of a name one of its own. */
function anchorOf({ kind, place, name, code }) {
  const prefix = {
    event: `${place}-event`.toLowerCase(),
    option: `${(place ?? '').replace(/^new /, '').replace(/\(\)$/, '').toLowerCase()}-option`,
    method: place?.toLowerCase(),
    property: place?.toLowerCase(),
    class: 'new',
    error: '',
    function: 'function',
    diagnostics: 'diagnostics',
    argument: 'argument',
  }[kind];
  const isStatic = kind === 'method' && /^[A-Z]/.test(code);
  const own = slug(kind === 'diagnostics' ? code.replaceAll('.', '-') : name.replace('.', '-'));
  return [prefix, isStatic ? 'static' : '', own].filter(Boolean).join('-');
}

const KINDS = {
  class: 'Constructor', function: 'Function', method: 'Method', property: 'Property', argument: 'Argument',
};

/* The line of facts below the name of an entry. */
function factsOf({ names: [{ kind, place }], node, cnet, fallback, remark }) {
  const what = {
    event: `Event of a ${place?.toLowerCase()}`,
    error: `Error: ${/^`\w+`/.exec(remark)?.[0] ?? '`Error`'}`,
    diagnostics: 'Diagnostics',
    option: /\(\)$/.test(place ?? '') ? `Option of \`${place}\`` : 'Option',
  }[kind] ?? KINDS[kind];
  return [
    what,
    ...(fallback === null ? [] : [`Default: ${fallback}`]),
    `Since Node: ${node}`,
    `In cnet: ${cnet}`,
  ].join(' · ');
}

/* The text of an entry on the site; `link`: at the end of its facts. */
function renderEntry(entry, anchors, link, level) {
  const [first, ...others] = anchors;
  const signatures = [...new Set(entry.names.map(({ signature }) => signature).filter(Boolean))];
  return [
    ...(others.length === 0 ? [] : [others.map((id) => `<a id="${id}"></a>`).join('')]),
    `${'#'.repeat(level)} \`${entry.title.replaceAll('`', '')}\` {#${first}}`,
    ...(signatures.length === 0 ? [] : ['```ts', signatures.join('\n'), '```']),
    `${factsOf(entry)}${link}`,
    entry.text.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
  ].join('\n\n').replace(/```ts\n\n/g, '```ts\n').replace(/\n\n```\n\n/g, '\n```\n\n');
}

/* Whether code shows a name. */
function shows(source, { kind, name, code }) {
  const word = name.replace(/^Symbol\./, '').replace(/[$]/g, '\\$&');
  if (kind === 'event') return new RegExp(`'${word}'`).test(source);
  if (name === 'Symbol.asyncIterator') return /for await/.test(source);
  if (name.startsWith('Symbol.')) return source.includes(name);
  if (kind === 'class') return source.includes(`new net.${name}(`) || source.includes(`new ${name}(`);
  if (kind === 'option') return new RegExp(`[{,(]\\s*${word}\\b|\\b${word}:|['"]${word}['"]`).test(source);
  if (kind === 'method') return new RegExp(`\\.${word}\\(`).test(source);
  if (kind === 'function') return new RegExp(`\\b${word}\\(`).test(source);
  if (kind === 'diagnostics') return source.includes(code);
  return new RegExp(`\\b${word}\\b`).test(source);
}

/** The chapters of docs/api.md, and their pages. */
const chaptersOf = (text) =>
  text.split(/^(?=## )/m).slice(1).map((chapter) => {
    const [, title] = /^## (.*)$/m.exec(chapter);
    const headings = [...chapter.matchAll(/^##+ (.*)$/gm)].map(([, heading]) => slug(heading));
    return { title, name: slug(title.replace(/^Class |^cnet\//, '')), headings, chapter };
  });

/** Of each heading of docs/api.md, the page that has it. @param {string} text @returns {Map<string, string>} */
const anchorsOf = (text) =>
  new Map(chaptersOf(text).flatMap(({ name, headings }) => headings.map((heading) => [heading, name])));

/* The examples of the chapters, each with the anchor that it has on its page. */
const examplesOf = (chapters) =>
  chapters.flatMap(({ name, chapter }) =>
    [...chapter.matchAll(/^```(?:js|mjs)\n([^]*?)^```/gm)].map(([, source], i) =>
      ({ source, link: `./${name}#example-${i + 1}`, page: name })));

/* The example of an entry: of its page, else of another page, else of another document; null: there is none. */
function exampleOf({ names, page }, { examples, others }) {
  const here = (wanted) => examples.filter((one) => (one.page === page) === wanted);
  const all = [...here(true), ...here(false), ...others];
  return all.find(({ source }) => names.some((name) => shows(source, name)))?.link ?? null;
}

/* Anchors of an entry, which nothing else on its page has. */
function takeAnchors({ names, page }, taken) {
  return names.map((name) => {
    const base = anchorOf(name);
    let id = base;
    for (let i = 2; taken.has(`${page}#${id}`); i++) id = `${base}-${i}`;
    taken.add(`${page}#${id}`);
    return id;
  });
}

/* The link behind the facts of an entry. */
function linkOf({ names: [{ kind, code }], page, example }) {
  if (kind === 'error') return ` · [Cause and cure](/troubleshooting#${slug(code)})`;
  return example === null ? '' : ` · [Example](${example.replace(`./${page}#`, '#')})`;
}

/* A part of a chapter, from one heading to the next, with its entries; they are added to `state.entries`. */
function renderSection(section, { title, name }, state) {
  const heading = /^##+ (.*)$/m.exec(section)[1];
  const isDeep = section.startsWith('### ');
  const withEntries = section.replace(ITEM, (whole, head, rest) => {
    const read = readEntry({ head, rest, heading, chapter: title }, state.types);
    if (read === null) return whole;
    const entry = { ...read, page: name };
    entry.ids = takeAnchors(entry, state.taken);
    entry.example = exampleOf(entry, state);
    state.entries.push(entry);
    return `\n${renderEntry(entry, entry.ids, linkOf(entry), isDeep ? 3 : 2)}\n\n`;
  });
  return isDeep ? withEntries.replace(/^### /, '## ') : withEntries.replace(/^## .*\n/, `# ${title}\n`);
}

/* A chapter as a page, with an anchor at each example. */
function renderChapter({ title, name, chapter }, state) {
  let count = 0;
  const text = chapter
    .split(/^(?=### )/m)
    .map((section) => renderSection(section, { title, name }, state))
    .join('')
    .replace(/^```(?:js|mjs)\n/gm, (fence) => `\n<a id="example-${++count}"></a>\n\n${fence}`);
  return { name, title: title.replace(/^Class /, ''), text };
}

/**
 * The pages of docs/api.md.
 * @param {string} text docs/api.md
 * @param {ReturnType<typeof import('./types.js').readTypes>} types
 * @param {{ source: string, link: string }[]} [others] examples on other pages
 * @returns {{ pages: { name: string, title: string, text: string }[], entries: object[], intro: string }}
 */
function makeReference(text, types, others = []) {
  const [intro] = text.split(/^(?=## )/m);
  const chapters = chaptersOf(text);
  const taken = new Set(chapters.flatMap(({ name, headings }) => headings.map((heading) => `${name}#${heading}`)));
  const state = { types, taken, entries: [], examples: examplesOf(chapters), others };
  return { intro, pages: chapters.map((chapter) => renderChapter(chapter, state)), entries: state.entries };
}

module.exports = { anchorsOf, makeReference, slug };
