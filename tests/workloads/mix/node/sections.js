// What the sections do. A call takes some 0.1 to 1 ms.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const { language, makeText, WORDS } = require('./language');

let sink = 0;

function zlibSection() {
  const text = Buffer.from(makeText(16000));
  return () => { sink += zlib.inflateSync(zlib.deflateSync(text, { level: 6 })).length; };
}

function hashSection() {
  const block = Buffer.from(makeText(256 * 1024));
  return () => { sink += crypto.createHash('sha256').update(block).digest()[0]; };
}

function jsonSection() {
  const items = Array.from({ length: 20 }, (_, i) => ({
    id: i, name: WORDS[i % 16], price: i * 1.37, tags: WORDS.slice(0, 3),
    stock: { here: i % 9, there: null, open: true },
  }));
  const text = JSON.stringify(items);
  return () => { sink += JSON.stringify(items).length + JSON.parse(text).length; };
}

function regexSection() {
  const lines = Array.from({ length: 100 }, (_, i) =>
    `10.0.${i % 7}.${i % 251} - - "GET /${WORDS[i % 16]}/${i}?q=${i * 7} HTTP/1.1" 200`).join('\n');
  const request = /^(\d+\.\d+\.\d+\.\d+) .*"(GET|POST) (\/\w+)\/(\d+)(?:\?(\S*))? HTTP/mg;
  const spaces = /(?:[a-z]+\d){3}|[^\s"]+\]$/;
  return () => {
    request.lastIndex = 0;
    while (request.exec(lines)) sink++;
    sink += spaces.test(lines) ? 1 : 0;
  };
}

function containersSection() {
  const numbers = Int32Array.from({ length: 2000 }, (_, i) => (i * 7919) % 100003);
  const names = makeText(600).split(' ');
  return () => {
    const ordered = numbers.slice().sort();
    const joined = names.join(',').replaceAll('er', 're').split(',');
    sink += joined.indexOf('item1') + ordered.lastIndexOf(numbers[0]) + ordered.includes(-1);
  };
}

function tree(depth, owner) {
  const node = { left: null, right: null, owner };
  if (depth > 0) {
    node.left = tree(depth - 1, node);
    node.right = tree(depth - 1, node);
  }
  return node;
}

function allocSection() {
  const survivors = new Array(500);
  let next = 0;
  return () => {
    for (let i = 0; i < 32; i++) sink += tree(8, null).owner === null ? 1 : 0;
    for (let i = 0; i < 4; i++) survivors[next++ % survivors.length] = tree(8, null);
  };
}

function syscallsSection() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mix-'));
  const name = path.join(folder, 'file');
  const buffer = Buffer.alloc(64 * 1024, 'x');
  fs.writeFileSync(name, buffer);
  const file = fs.openSync(name, 'r+');
  fs.rmSync(folder, { recursive: true });
  return () => {
    for (let i = 0; i < 10; i++) sink += fs.readSync(file, buffer, 0, buffer.length, 0);
    for (let i = 0; i < 5; i++) sink += fs.writeSync(file, buffer, 0, 4096, 0);
    sink += fs.readdirSync('/etc').length;
  };
}

function allSections() {
  return {
    language, zlib: zlibSection(), hash: hashSection(), json: jsonSection(),
    regex: regexSection(), containers: containersSection(), alloc: allocSection(),
    syscalls: syscallsSection(),
  };
}

module.exports = { allSections };
