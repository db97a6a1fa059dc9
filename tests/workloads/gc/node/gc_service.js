// An allocating HTTP service that knows what its collector did (../README.md).
'use strict';
const http = require('http');
const { PerformanceObserver, constants, performance } = require('perf_hooks');

const KEPT_ONE_IN = 64;  // of the records that a request makes, so many replace one that was kept

function parseOptions(words) {
  const options = { port: 0, seconds: 120, 'live-mb': 32, 'garbage-kb': 256 };
  for (let i = 0; i + 1 < words.length; i += 2) {
    options[words[i].replace(/^--/, '')] = Number(words[i + 1]);
  }
  return options;
}

// With what it points to about 1 KiB.
function makeRecord(id) {
  const tags = [];
  for (let i = 0; i < 6; i++) {
    tags.push({ key: id + i, value: i * 0.5, name: null, previous: tags[i - 1] });
  }
  return { id, name: `record-${id}`, tags };
}

// Performance time starts with the process; the answer is in CLOCK_MONOTONIC.
const performanceBeganS = Number(process.hrtime.bigint()) / 1e9 - performance.now() / 1e3;
let pauses = [];

// A pause is a whole collection of the young or of all objects, or the begin of marking in steps;
// the other steps are in the trace of --trace-gc.
function note(entries) {
  for (const entry of entries) {
    if (entry.detail.kind !== constants.NODE_PERFORMANCE_GC_WEAKCB)
      pauses.push([performanceBeganS + entry.startTime / 1e3, entry.duration / 1e3]);
  }
}

const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({ entryTypes: ['gc'] });

const options = parseOptions(process.argv.slice(2));
const ring = Array.from({ length: options['live-mb'] * 1024 }, (_, id) => makeRecord(id));
let made = 0;

function work(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const record = makeRecord(i);
    sum += record.tags[i % 6].key;
    if (i % KEPT_ONE_IN === 0) {
      made++;
      ring[(made * 7919) % ring.length] = record;
    }
  }
  return sum;
}

// What was seen since it was last asked.
function truth() {
  note(observer.takeRecords());
  const seen = pauses;
  pauses = [];
  return { pauses: seen, version: process.version };
}

function answer(response, text) {
  response.writeHead(200, {
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

const server = http.createServer((request, response) => {
  answer(response,
         request.url === '/gc' ? JSON.stringify(truth()) : `${work(options['garbage-kb'])}\n`);
});
server.listen(options.port, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
setTimeout(() => process.exit(0), options.seconds * 1000);
process.on('SIGTERM', () => process.exit(0));
