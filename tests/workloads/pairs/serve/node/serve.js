'use strict';
// The HTTP part of the Node services: one loop, keep-alive, the standard library.

const http = require('node:http');

function options() {
  const given = {port: 0, seconds: 120, 'upstream-port': 0};
  const words = process.argv.slice(2);
  for (let i = 0; i + 1 < words.length; i += 2) given[words[i].slice(2)] = Number(words[i + 1]);
  return given;
}

// Answers each request with what handleBody makes of its body: a string, or a promise of one.
function serve(given, handleBody) {
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      try {
        const answer = await handleBody(Buffer.concat(parts).toString('utf8'));
        response.writeHead(200, {
          'Content-Type': 'application/octet-stream',
          'Content-Length': Buffer.byteLength(answer),
        });
        response.end(answer);
      } catch (error) {
        response.writeHead(500, {'Content-Length': 0});
        response.end();
        console.error(error);
      }
    });
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(given.port, '127.0.0.1', 1024, () => console.log(`ready ${server.address().port}`));
  setTimeout(() => process.exit(0), given.seconds * 1000);
}

module.exports = {options, serve};
