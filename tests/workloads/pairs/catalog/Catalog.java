import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Searches the products of a shop: the best rated, and how many there are of each tag. */
final class Catalog {
  private static final int PRODUCTS = 100_000;
  private static final int SHOWN = 20;
  private static final List<String> CATEGORIES = List.of("books", "garden", "kitchen", "lighting",
      "music", "office", "pets", "sports", "tools", "toys", "travel", "wardrobe");
  private static final List<String> TAGS = List.of("bamboo", "blue", "boxed", "cordless", "cotton",
      "durable", "foldable", "gift", "green", "handmade", "large", "leather", "light", "local",
      "new", "organic", "red", "reduced", "robust", "small", "steel", "used", "vintage", "white");

  private record Product(
      int number, String name, String category, List<String> tags, int cents, double rating) {
    String toJson() {
      return "{\"number\":" + number + ",\"name\":" + quoted(name) + ",\"category\":"
          + quoted(category) + ",\"tags\":"
          + tags.stream().map(Catalog::quoted).collect(Collectors.joining(",", "[", "]"))
          + ",\"cents\":" + cents + ",\"rating\":" + rating + "}";
    }
  }

  private record Query(String category, String tag, int lowest, int highest) {
    boolean matches(Product product) {
      return product.cents() >= lowest && product.cents() <= highest
          && product.tags().contains(tag);
    }
  }

  /** Lehmer's random numbers: the same products in each language. */
  private static final class Numbers {
    private long value = 1;

    int below(int limit) {
      value = value * 48_271 % Integer.MAX_VALUE;
      return (int) (value % limit);
    }
  }

  private final Map<String, List<Product>> products;

  private Catalog() {
    Numbers numbers = new Numbers();
    products = IntStream.range(0, PRODUCTS)
        .mapToObj(number -> makeProduct(number, numbers))
        .collect(Collectors.groupingBy(Product::category));
  }

  private static Product makeProduct(int number, Numbers numbers) {
    String category = CATEGORIES.get(numbers.below(CATEGORIES.size()));
    int first = numbers.below(TAGS.size());
    int step = 1 + numbers.below(7);
    List<String> tags = IntStream.range(0, 3)
        .mapToObj(i -> TAGS.get((first + i * step) % TAGS.size()))
        .toList();
    return new Product(number, "Article \"" + category + "\" " + number, category, tags,
        100 + numbers.below(50_000), (101 + 2 * numbers.below(200)) / 100.0);
  }

  private static Query queryOf(int turn) {
    int lowest = turn % 10 * 1_000;
    return new Query(CATEGORIES.get(turn % CATEGORIES.size()), TAGS.get(turn % TAGS.size()),
        lowest, lowest + 30_000);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private String search(Query query) {
    List<Product> found = products.get(query.category()).stream()
        .filter(query::matches)
        .sorted(Comparator.comparingDouble(Product::rating).reversed()
            .thenComparingInt(Product::number))
        .toList();
    Map<String, Long> facets = found.stream()
        .flatMap(product -> product.tags().stream())
        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    String shown = found.stream()
        .limit(SHOWN)
        .map(Product::toJson)
        .collect(Collectors.joining(","));
    String counts = facets.entrySet().stream()
        .map(facet -> quoted(facet.getKey()) + ":" + facet.getValue())
        .collect(Collectors.joining(","));
    return "{\"found\":" + found.size() + ",\"products\":[" + shown + "],\"facets\":{" + counts
        + "}}";
  }

  public static void main(String[] arguments) throws IOException {
    Catalog catalog = new Catalog();
    AtomicInteger turns = new AtomicInteger();
    Serve.serve(Serve.options(arguments), body -> {
      int turn = turns.incrementAndGet() & Integer.MAX_VALUE;
      return catalog.search(queryOf(turn)).getBytes(StandardCharsets.UTF_8);
    });
  }
}
