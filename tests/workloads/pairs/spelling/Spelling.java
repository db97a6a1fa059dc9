import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** The same suggestions as spelling.rb. */
final class Spelling {
  private static final int WORDS = 24;
  private static final int SUGGESTIONS = 3;

  private record Candidate(int distance, String word) {}

  private Spelling() {}

  private static List<String> makeWords() {
    Random source = new Random(1);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < WORDS; i++) {
      StringBuilder word = new StringBuilder();
      for (int letters = 6 + source.nextInt(5); letters > 0; letters--) {
        word.append((char) ('a' + source.nextInt(26)));
      }
      words.add(word.toString());
    }
    return words;
  }

  private static String misspell(String word, int turn) {
    int position = turn % word.length();
    return word.substring(0, position) + (char) ('a' + turn % 26) + word.substring(position + 1);
  }

  /** Insertions, deletions and exchanges of letters between two words. */
  private static int editDistance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = one.charAt(i - 1) == other.charAt(j - 1) ? diagonal : diagonal + 1;
        diagonal = row[j];
        row[j] = Math.min(changed, Math.min(diagonal, row[j - 1]) + 1);
      }
    }
    return row[other.length()];
  }

  private static String suggest(List<String> dictionary, String word) {
    return dictionary.stream()
        .map(candidate -> new Candidate(editDistance(word, candidate), candidate))
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::word))
        .limit(SUGGESTIONS)
        .map(Candidate::word)
        .collect(Collectors.joining(" "));
  }

  public static void main(String[] arguments) throws IOException {
    List<String> dictionary = makeWords();
    AtomicInteger turns = new AtomicInteger();
    Serve.serve(Serve.options(arguments), body -> {
      int turn = turns.incrementAndGet() & Integer.MAX_VALUE;
      String word = misspell(dictionary.get(turn % WORDS), turn);
      return (suggest(dictionary, word) + "\n").getBytes(StandardCharsets.UTF_8);
    });
  }
}
