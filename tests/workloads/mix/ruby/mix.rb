#!/usr/bin/ruby
# frozen_string_literal: true

# Burns CPU time in sections of known shares and says what each has used (../README.md).
#
# Own: `language`, the interpreter at work. zlib and hash are native libraries, json and regex C
# code of Ruby and its extensions, containers what Array, Hash and String do in C. `gc` is the
# collector alone, by its own counter, taken out of the section it ran in.

require 'json'
require_relative 'sections'

SLICE_S = 0.004
REPORT_S = 1.0

def thread_cpu_s
  Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID)
end

# Thread CPU time by section.
class Meter
  def initialize(names)
    @spent = (names + ['gc']).to_h { |name| [name, 0.0] }
    GC.measure_total_time = true
    @collected = GC.total_time
    @last = thread_cpu_s
  end

  def lap(section)
    now = thread_cpu_s
    collected = GC.total_time
    gc_s = (collected - @collected) / 1e9
    @spent[section] += now - @last - gc_s
    @spent['gc'] += gc_s
    @last = now
    @collected = collected
  end

  def report
    puts JSON.generate(at: Process.clock_gettime(Process::CLOCK_REALTIME),
                       cpu_s: Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID),
                       sections: @spent)
    $stdout.flush
  end
end

def parse_shares(text)
  shares = text.split(',').to_h { |part| part.split('=') }.transform_values(&:to_f)
  total = shares.values.sum
  shares.transform_values { |share| share / total }
end

# The section that is furthest behind its share gets the next slice.
def burn(work, shares, seconds)
  meter = Meter.new(shares.keys)
  scheduled = shares.transform_values { 0.0 }
  finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
  next_report = 0
  while (now = Process.clock_gettime(Process::CLOCK_MONOTONIC)) < finish
    if now >= next_report
      meter.report
      next_report = now + REPORT_S
    end
    total = scheduled.values.sum
    section = shares.keys.max_by { |name| shares[name] * total - scheduled[name] }
    began = thread_cpu_s
    work.fetch(section).call while thread_cpu_s - began < SLICE_S
    scheduled[section] += thread_cpu_s - began
    meter.lap(section)
  end
  meter.report
end

options = { '--seconds' => '10', '--shares' => 'language=1' }.merge(ARGV.each_slice(2).to_h)
burn(Sections.all, parse_shares(options['--shares']), options['--seconds'].to_f)
