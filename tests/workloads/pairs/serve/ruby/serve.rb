# The HTTP part of the Ruby services: WEBrick, a thread per connection.
require 'optparse'
require 'socket'
require 'webrick'

module Serve
  def self.options
    given = { port: 0, seconds: 120, upstream_port: 0 }
    OptionParser.new do |parser|
      parser.on('--port N', Integer) { |value| given[:port] = value }
      parser.on('--seconds N', Integer) { |value| given[:seconds] = value }
      parser.on('--upstream-port N', Integer) { |value| given[:upstream_port] = value }
    end.parse!
    given
  end

  # Answers each request with what the block makes of its body.
  def self.serve(given)
    server = WEBrick::HTTPServer.new(
      BindAddress: '127.0.0.1', Port: given[:port], MaxClients: 1024, AccessLog: [],
      DoNotReverseLookup: true, Logger: WEBrick::Log.new($stderr, WEBrick::Log::ERROR),
      RequestTimeout: given[:seconds],
      AcceptCallback: ->(socket) { socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1) }
    )
    server.mount_proc('/') do |request, response|
      response['Content-Type'] = 'application/octet-stream'
      response.body = yield(request.request_method == 'POST' ? request.body : '')
    end
    Thread.new { sleep given[:seconds]; exit!(0) }
    trap('TERM') { exit!(0) }
    puts "ready #{server.listeners.first.addr[1]}"
    $stdout.flush
    server.start
  end
end
