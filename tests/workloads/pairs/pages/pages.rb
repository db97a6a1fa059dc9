#!/usr/bin/ruby
# Renders the pages of a shop's list of articles as HTML.
require 'erb'
require_relative '../serve/ruby/serve'

ARTICLES = 1200
ROWS = 60
PAGES = ARTICLES / ROWS
THINGS = ['Desk lamp', 'Nuts & bolts', "Joiner's saw", 'Tape <5 m>', 'Shelf', 'Oak table'].freeze
MAKERS = ['Brown & Sons', "O'Neill", 'Müller', 'Lindqvist', 'P&P'].freeze
TEXTS = ["The craftsmen's choice: doesn't rust, fits walls & doors, and comes in a box.",
         'Made by hand & sold in pairs.',
         'Weighs < 2 kg, is enough for rooms of > 20 m² and is easily put up.',
         "For those who like it plain; the colour isn't fast."].freeze
LABELS = %w[new solid light wood steel R&D].freeze

Article = Struct.new(:number, :name, :maker, :text, :labels, :changed, :stock, :cents)

class Page
  include ERB::Util

  LONGEST = 60

  ERB.new(<<~HTML, trim_mode: '-').def_method(self, 'render')
    <!DOCTYPE html>
    <html lang="en">
    <head><meta charset="utf-8"><title>Articles, page <%= @number %></title></head>
    <body>
      <table>
        <%- @articles.each do |article| -%>
        <tr class="<%= article.stock.zero? ? 'sold-out' : 'on-sale' %>">
          <td><a href="/articles/<%= article.number %>"><%= h article.name %></a></td>
          <td><%= h article.maker %></td>
          <td><%= h shorten(article.text) %></td>
          <td><%= h article.labels.join(', ') %></td>
          <td><%= article.changed.strftime('%d %b %Y') %></td>
          <td><%= article.stock %></td>
          <td><%= price(article.cents) %></td>
        </tr>
        <%- end -%>
      </table>
      <p><%= @articles.length %> articles, worth <%= price(worth) %></p>
    </body>
    </html>
  HTML

  def initialize(number, articles)
    @number = number
    @articles = articles
  end

  def worth
    @articles.sum { |article| article.cents * article.stock }
  end

  def price(cents)
    whole, rest = cents.divmod(100)
    format('€ %s.%02d', whole.to_s.gsub(/\d(?=(\d{3})+$)/, '\0,'), rest)
  end

  def shorten(text)
    text.length > LONGEST ? "#{text[0, LONGEST].rstrip}…" : text
  end
end

def make_article(number)
  Article.new(
    number, "#{THINGS[number % THINGS.length]} No. #{number}", MAKERS[number % MAKERS.length],
    TEXTS[number % TEXTS.length], LABELS[number % 4, 1 + number % 3],
    Time.at(1_700_000_000 + number * 50_000).utc, number * 7 % 40,
    99 + number * number * 31 % 900_000
  )
end

articles = Array.new(ARTICLES) { |number| make_article(number) }
turn = 0
Serve.serve(Serve.options) do
  turn += 1
  number = turn % PAGES
  Page.new(number, articles[number * ROWS, ROWS]).render
end
