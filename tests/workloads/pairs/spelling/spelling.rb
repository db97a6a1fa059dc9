#!/usr/bin/ruby
# Suggests the words of a dictionary that are nearest to a misspelt one.
require_relative '../serve/ruby/serve'

LETTERS = ('a'..'z').to_a
WORDS = 24
SUGGESTIONS = 3

def make_words
  source = Random.new(1)
  Array.new(WORDS) { Array.new(6 + source.rand(5)) { LETTERS[source.rand(26)] }.join }
end

def misspell(word, turn)
  position = turn % word.length
  word[0...position] + LETTERS[turn % 26] + word[position + 1..]
end

# Insertions, deletions and exchanges of letters between two words.
def edit_distance(one, other)
  row = (0..other.length).to_a
  one.each_char.with_index(1) do |letter, i|
    diagonal = row[0]
    row[0] = i
    other.each_char.with_index(1) do |target, j|
      changed = letter == target ? diagonal : diagonal + 1
      diagonal = row[j]
      row[j] = [changed, diagonal + 1, row[j - 1] + 1].min
    end
  end
  row.last
end

def suggest(dictionary, word)
  dictionary.map { |candidate| [edit_distance(word, candidate), candidate] }
            .sort.first(SUGGESTIONS).map(&:last)
end

dictionary = make_words
turn = 0
Serve.serve(Serve.options) do
  turn += 1
  "#{suggest(dictionary, misspell(dictionary[turn % WORDS], turn)).join(' ')}\n"
end
