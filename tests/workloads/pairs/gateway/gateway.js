'use strict';
// A gateway: takes a request's trace number, asks the service behind it, passes its answer on.

const http = require('node:http');
const {options, serve} = require('../serve/node/serve.js');

const given = options();
const agent = new http.Agent({keepAlive: true, maxSockets: Infinity});
let turn = 0;

function ask(path) {
  return new Promise((resolve, reject) => {
    const target = {host: '127.0.0.1', port: given['upstream-port'], path, agent};
    http.get(target, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
      answer.on('error', reject);
    }).on('error', reject);
  });
}

serve(given, async () => {
  turn += 1;
  const trace = turn.toString(16).padStart(16, '0');
  const answer = await ask(`/articles/${turn % 1000}?trace=${trace}`);
  return `${trace} ${answer.length} ${answer}\n`;
});
