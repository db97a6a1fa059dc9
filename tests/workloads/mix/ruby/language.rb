# frozen_string_literal: true

# The language section: Ruby at work.
module Language
  WORDS = %w[order item price amount customer address invoice payment status created updated
             shipping country currency discount quantity].freeze

  # An account, for its methods and variables.
  class Account
    attr_reader :balance

    def initialize
      @balance = 0
      @moves = 0
    end

    def deposit(amount)
      @balance = (@balance + amount) % 100_003
      @moves += 1
      @balance
    end
  end

  # An account that overrides.
  class Savings < Account
    def deposit(amount)
      super(amount + amount * 3 / 100)
    end
  end

  def self.make_text(size)
    text = +''
    i = 0
    while text.size < size
      i += 1
      text << "#{WORDS[i * 7919 % 16]}#{i * i * 31 % 97} "
    end
    text[0, size]
  end

  def self.collatz(limit)
    longest = 0
    start = 0
    while (start += 1) < limit
      value = start
      steps = 0
      until value == 1
        value = value.even? ? value / 2 : 3 * value + 1
        steps += 1
      end
      longest = steps if steps > longest
    end
    longest
  end

  def self.mandelbrot(size)
    inside = 0
    (size * size).times do |point|
      x0 = 3.0 * (point % size) / size - 2
      y0 = 2.0 * (point / size) / size - 1
      x = y = 0.0
      turn = 0
      while turn < 20 && x * x + y * y <= 4
        x, y = x * x - y * y + x0, 2 * x * y + y0
        turn += 1
      end
      inside += 1 if turn == 20
    end
    inside
  end

  ACCOUNTS = Array.new(50) { |i| (i % 3).zero? ? Savings.new : Account.new }

  def self.methods_at_work
    rich = 0
    8.times do |turn|
      ACCOUNTS.each { |account| rich += 1 if account.deposit(turn) > 1000 }
    end
    rich
  end

  def self.counter(step)
    count = 0
    ->(value) { count = (count * 31 + value * step) % 65_521 }
  end

  COUNTERS = Array.new(5) { |step| counter(step) }

  def self.closures
    total = 0
    300.times { |value| total += COUNTERS[value % 5].call(value) }
    total
  end

  TITLE = make_text(300)

  # Letter by letter, as parsers in the language's own code do.
  def self.shout
    shouted = +''
    word_start = true
    TITLE.each_byte do |letter|
      shouted << (word_start && letter >= 97 ? letter - 32 : letter)
      word_start = letter == 32
    end
    shouted
  end

  def self.work
    collatz(60)
    mandelbrot(12)
    methods_at_work
    closures
    shout
  end
end
