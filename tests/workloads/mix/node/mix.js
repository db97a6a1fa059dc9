// Burns CPU time in sections of known shares and says what each has used (../README.md).
//
// zlib and hash are native libraries (inside of node or beside it), json, regex and containers
// V8's own. `gc` is the collector on the main thread. perf_hooks tells its wall-clock time only,
// most of which is waiting for helper threads if the machine is busy. So the calls of the alloc
// section are timed one by one: most meet no collection, and what a call takes beyond the median is
// the collector's. Other sections leave little to collect; that is part of them.
'use strict';
const fs = require('fs');
const { performance } = require('perf_hooks');
const { allSections } = require('./sections');

const SLICE_S = 0.004;
const REPORT_MS = 1000;
const RECENT_CALLS = 101;

// CPU time of the main thread. node 20 has no call for it, the kernel's file has; asking for the
// process's time first makes the kernel bring the file up to date.
class ThreadClock {
  constructor() {
    this.file = fs.openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    this.buffer = Buffer.alloc(80);
  }

  seconds() {
    process.cpuUsage();
    const size = fs.readSync(this.file, this.buffer, 0, this.buffer.length, 0);
    return Number(this.buffer.toString('latin1', 0, size).split(' ')[0]) / 1e9;
  }
}

class Meter {
  constructor(names) {
    this.clock = new ThreadClock();
    this.spent = { gc: 0 };
    for (const name of names) this.spent[name] = 0;
    this.last = this.clock.seconds();
    this.calls = [];  // what the last calls of the alloc section took
  }

  lap(section) {
    const now = this.clock.seconds();
    const used = now - this.last;
    this.spent[section] += used;
    this.last = now;
    return used;
  }

  // Takes the collector's part out of a lap of `section` that was one call.
  splitCollection(section, used) {
    this.calls.push(used);
    if (this.calls.length > RECENT_CALLS) this.calls.shift();
    const median = this.calls.slice().sort((a, b) => a - b)[this.calls.length >> 1];
    const collecting = Math.max(0, used - median);
    this.spent[section] -= collecting;
    this.spent.gc += collecting;
  }

  report() {
    const usage = process.cpuUsage();
    console.log(JSON.stringify({
      at: Date.now() / 1000,
      cpu_s: (usage.user + usage.system) / 1e6,
      sections: this.spent,
    }));
  }
}

function parseOptions(words) {
  const options = { seconds: 10, shares: 'language=1' };
  for (let i = 0; i + 1 < words.length; i += 2) {
    options[words[i].replace(/^--/, '')] = words[i + 1];
  }
  return options;
}

function parseShares(text, known) {
  const shares = text.split(',').map((part) => {
    const [name, weight] = part.split('=');
    if (!known[name]) throw new Error(`no such section: ${name}`);
    return { name, share: Number(weight), scheduled: 0, work: known[name] };
  });
  const total = shares.reduce((sum, one) => sum + one.share, 0);
  for (const one of shares) one.share /= total;
  return shares;
}

// The section that is furthest behind its share gets the slice.
function burn(shares, meter, end) {
  for (let nextReport = 0, now = 0; (now = performance.now()) < end;) {
    if (now >= nextReport) {
      meter.report();
      nextReport = now + REPORT_MS;
    }
    const total = shares.reduce((sum, one) => sum + one.scheduled, 0);
    const behind = (one) => one.share * total - one.scheduled;
    const next = shares.reduce((best, one) => (behind(one) > behind(best) ? one : best));
    runSlice(next, meter);
  }
  meter.report();
}

function runSlice(section, meter) {
  for (let used = 0; used < SLICE_S;) {
    section.work();
    const lap = meter.lap(section.name);
    if (section.name === 'alloc') meter.splitCollection(section.name, lap);
    section.scheduled += lap;
    used += lap;
  }
}

const options = parseOptions(process.argv.slice(2));
const shares = parseShares(options.shares, allSections());
burn(shares, new Meter(shares.map((one) => one.name)),
     performance.now() + Number(options.seconds) * 1000);
