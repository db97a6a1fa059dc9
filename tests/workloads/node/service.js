// A small HTTP service on one event loop. A request costs:
//   /compute  --work rounds of JSON and loops in JavaScript
//   /redis    one GET on --redis-port, over one connection that all requests share
//   /hello    a fixed text
'use strict';
const http = require('http');
const { RedisClient } = require('./redis_client');

function parseOptions(words) {
  const options = { port: 0, seconds: 120, work: 10, 'redis-port': 0 };
  for (let i = 0; i + 1 < words.length; i += 2) {
    options[words[i].replace(/^--/, '')] = Number(words[i + 1]);
  }
  return options;
}

const catalogue = JSON.stringify(
    Array.from({ length: 40 },
               (_, i) => ({ name: `item-${(i * 7919) % 1009}`, price: (i * 31) % 97 })));

function compute(rounds) {
  let hash = 2166136261;
  for (let round = 0; round < rounds; round++) {
    const items = JSON.parse(catalogue);
    items.sort((a, b) => a.price - b.price);
    for (const item of items) {
      for (let i = 0; i < item.name.length; i++) {
        hash = Math.imul(hash ^ item.name.charCodeAt(i), 16777619);
      }
    }
  }
  return hash >>> 0;
}

const options = parseOptions(process.argv.slice(2));
const redis = options['redis-port'] ? new RedisClient(options['redis-port']) : null;

function answer(response, text) {
  response.writeHead(200, {
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

const server = http.createServer((request, response) => {
  if (request.url === '/compute') {
    answer(response, `${compute(options.work)}\n`);
  } else if (request.url === '/redis') {
    redis.get('key').then((value) => answer(response, `${value}\n`));
  } else {
    answer(response, 'hello\n');
  }
});

server.listen(options.port, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
setTimeout(() => process.exit(0), options.seconds * 1000);
process.on('SIGTERM', () => process.exit(0));
