// A client for the few Redis replies we need, on one multiplexed connection: commands go out as
// they come, replies are matched in order.
'use strict';
const net = require('net');

class RedisClient {
  constructor(port) {
    this.waiting = [];
    this.received = '';
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.setEncoding('latin1');
    this.socket.on('data', (data) => this.onData(data));
    this.socket.on('error', (error) => {
      console.error(`redis: ${error.message}`);
      process.exit(1);
    });
  }

  get(key) {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.socket.write(`*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`);
    });
  }

  onData(data) {
    this.received += data;
    for (let reply = this.takeReply(); reply !== undefined; reply = this.takeReply()) {
      this.waiting.shift()(reply);
    }
  }

  // One reply from the front; undefined while it is incomplete.
  takeReply() {
    const end = this.received.indexOf('\r\n');
    if (end < 0) return undefined;
    const line = this.received.slice(1, end);
    const isBulk = this.received[0] === '$' && line !== '-1';
    const length = end + 2 + (isBulk ? Number(line) + 2 : 0);
    if (this.received.length < length) return undefined;
    const value = isBulk ? this.received.slice(end + 2, length - 2) : line;
    this.received = this.received.slice(length);
    return value;
  }
}

module.exports = { RedisClient };
