// The language section: JavaScript at work.
'use strict';

const WORDS = ('order item price amount customer address invoice payment status created ' +
               'updated shipping country currency discount quantity').split(' ');

function makeText(size) {
  let text = '';
  for (let i = 1; text.length < size; i++) {
    text += `${WORDS[(i * 7919) % 16]}${(i * i * 31) % 97} `;
  }
  return text;
}

function collatz(limit) {
  let longest = 0;
  for (let start = 1; start < limit; start++) {
    let steps = 0;
    for (let value = start; value !== 1; steps++) {
      value = value % 2 === 0 ? value / 2 : 3 * value + 1;
    }
    longest = Math.max(longest, steps);
  }
  return longest;
}

function mandelbrot(size) {
  let inside = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x0 = 3 * column / size - 2;
      const y0 = 2 * row / size - 1;
      let [x, y, turn] = [0, 0, 0];
      for (; turn < 50 && x * x + y * y <= 4; turn++) {
        const next = x * x - y * y + x0;
        y = 2 * x * y + y0;
        x = next;
      }
      if (turn === 50) inside++;
    }
  }
  return inside;
}

class Account {
  constructor(balance) {
    this.balance = balance;
    this.moves = 0;
  }

  deposit(amount) {
    this.balance = (this.balance + amount) % 100003;
    this.moves++;
    return this.balance;
  }
}

class Savings extends Account {
  deposit(amount) { return super.deposit(amount + Math.floor(amount * 3 / 100)); }
}

const accounts = Array.from({ length: 64 },
                            (_, i) => (i % 3 === 0 ? new Savings(i) : new Account(i)));

function methods() {
  let rich = 0;
  for (let turn = 0; turn < 50; turn++) {
    for (const account of accounts) {
      if (account.deposit(turn) > 1000) rich++;
    }
  }
  return rich;
}

function counter(step) {
  let count = 0;
  return (value) => {
    count = (count * 31 + value * step) % 65521;
    return count;
  };
}

const counters = [1, 2, 3, 4, 5].map(counter);

function closures() {
  let total = 0;
  for (let value = 0; value < 4000; value++) total += counters[value % 5](value);
  return total;
}

const title = makeText(2000);

// Letter by letter into bytes, as parsers and encoders in JavaScript do.
const shouted = new Uint8Array(title.length);

function shout() {
  let wordStart = true;
  for (let i = 0; i < title.length; i++) {
    const letter = title.charCodeAt(i);
    shouted[i] = wordStart && letter >= 97 ? letter - 32 : letter;
    wordStart = letter === 32;
  }
  return shouted.length;
}

let sink = 0;

function language() {
  sink += collatz(200) + mandelbrot(20) + methods() + closures() + shout();
}

module.exports = { language, makeText, WORDS };
