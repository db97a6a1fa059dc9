#!/usr/bin/ruby
# frozen_string_literal: true

# An allocating HTTP service, one thread per connection, that knows what its collector did
# (../README.md).

require 'json'
require 'socket'

KEPT_ONE_IN = 64 # of the records that a request makes, so many replace one that was kept

Tag = Struct.new(:key, :value, :next)

# With what it points to about 1 KiB.
class Record
  attr_reader :tags

  def initialize(number)
    @name = "record-#{number}"
    @tags = nil
    8.times { |i| @tags = Tag.new((number + i).to_s, @name, @tags) }
  end
end

# The live set.
class Ring
  def initialize(size)
    @records = Array.new(size) { |number| Record.new(number) }
    @made = 0
  end

  def work(count)
    sum = 0
    count.times do |number|
      record = Record.new(number)
      sum += record.tags.key.size
      next unless (number % KEPT_ONE_IN).zero?

      @made += 1
      @records[@made * 7919 % @records.size] = record
    end
    sum
  end
end

$marked_and_swept_s = 0.0

# Counters since the start, and the longest collection since it was last asked: a collection sweeps
# in slices, which the program runs between. The profiler has no steps of marking in between, as
# GC.total_time has; Ruby's own probes have none either.
def truth
  lengths = GC::Profiler.raw_data.map { |collection| collection[:GC_TIME] }
  GC::Profiler.clear
  $marked_and_swept_s += lengths.sum
  { cycles: GC.count, pause_s: $marked_and_swept_s, gc_cpu_s: GC.total_time / 1e9,
    longest_cycle_s: lengths.max || 0, version: RUBY_VERSION }
end

def serve(client, ring, garbage)
  client.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
  while (request = client.gets)
    nil while (line = client.gets) && line != "\r\n"
    body = request.split[1] == '/gc' ? JSON.generate(truth) : "#{ring.work(garbage)}\n"
    client.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" \
                 "Content-Length: #{body.bytesize}\r\n\r\n#{body}")
  end
rescue SystemCallError
  nil # clients may leave at any time
ensure
  client.close
end

options = { '--port' => '0', '--seconds' => '120', '--live-mb' => '32', '--garbage-kb' => '64' }
options = options.merge(ARGV.each_slice(2).to_h).transform_values(&:to_i)
Signal.trap('TERM') { exit! 0 }
Thread.new do
  sleep options['--seconds']
  exit! 0
end

ring = Ring.new(options['--live-mb'] * 1024)
GC.measure_total_time = true
GC::Profiler.enable
server = TCPServer.new('127.0.0.1', options['--port'])
puts "ready #{server.addr[1]}"
$stdout.flush
loop { Thread.new(server.accept) { |client| serve(client, ring, options['--garbage-kb']) } }
