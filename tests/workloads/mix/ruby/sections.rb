# frozen_string_literal: true

require 'json'
require 'openssl'
require 'socket'
require 'tempfile'
require 'zlib'
require_relative 'language'

# What the sections do. A call takes some 0.1 to 1 ms.
module Sections
  Node = Struct.new(:left, :right, :owner)

  def self.tree(depth, owner)
    node = Node.new(nil, nil, owner)
    return node if depth.zero?

    node.left = tree(depth - 1, node)
    node.right = tree(depth - 1, node)
    node
  end

  def self.zlib
    text = Language.make_text(16_000)
    -> { Zlib::Inflate.inflate(Zlib::Deflate.deflate(text, 6)) }
  end

  def self.hash_block
    block = Language.make_text(256 * 1024)
    -> { OpenSSL::Digest.digest('SHA256', block) }
  end

  def self.json
    document = Array.new(20) do |i|
      { 'id' => i, 'name' => Language::WORDS[i % 16], 'price' => i * 1.37,
        'tags' => Language::WORDS.first(3), 'stock' => { 'here' => i % 9, 'open' => true } }
    end
    text = JSON.generate(document)
    lambda do
      JSON.generate(document)
      JSON.parse(text)
    end
  end

  def self.regex
    lines = Array.new(100) do |i|
      "10.0.#{i % 7}.#{i % 251} - - \"GET /order/#{i}?q=#{i * 7} HTTP/1.1\" 200"
    end.join("\n")
    request = /^(?:\d+\.\d+\.\d+\.\d+) .*"(?:GET|POST) (?:\/\w+)\/(?:\d+)(?:\?(?:\S*))? HTTP/
    -> { lines.scan(request).size }
  end

  def self.containers
    numbers = Array.new(2000) { |i| i * 7919 % 100_003 }
    names = Language.make_text(600).split
    lambda do
      ordered = numbers.sort
      positions = ordered.zip(numbers).to_h
      joined = names.join(',').gsub('er', 're').split(',')
      (numbers - positions.values).size + joined.index('none').to_i + ordered.uniq.size
    end
  end

  def self.alloc
    survivors = Array.new(500)
    turn = 0
    lambda do
      2.times { tree(6, nil) }
      survivors[turn % survivors.size] = tree(6, nil)
      turn += 1
    end
  end

  def self.syscalls
    file = Tempfile.new('mix')
    file.write(Language.make_text(64 * 1024))
    file.flush
    file.unlink
    buffer = String.new(capacity: 64 * 1024)
    near, far = UNIXSocket.pair
    message = 'x' * 512
    lambda do
      4.times { file.pread(64 * 1024, 0, buffer) }
      20.times do
        near.syswrite(message)
        far.sysread(512, buffer)
      end
      Dir.children('/etc').size
    end
  end

  def self.all
    { 'language' => Language.method(:work), 'zlib' => zlib, 'hash' => hash_block, 'json' => json,
      'regex' => regex, 'containers' => containers, 'alloc' => alloc, 'syscalls' => syscalls }
  end
end
