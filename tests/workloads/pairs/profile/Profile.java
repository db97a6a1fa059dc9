import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The same recommendations as profile.py. */
final class Profile {
  private static final int CUSTOMERS = 100;
  private static final int TASTES = 24;
  private static final int RECOMMENDED = 5;

  private record Other(double similarity, int index) {}

  private Profile() {}

  private static double[][] makeCustomers() {
    Random source = new Random(1);
    return IntStream.range(0, CUSTOMERS)
        .mapToObj(customer -> source.doubles(TASTES).toArray())
        .toArray(double[][]::new);
  }

  private static int askStore(HttpClient client, int port, int number)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + port + "/customers/" + number)).build();
    return client.send(request, BodyHandlers.ofByteArray()).body().length;
  }

  private static double similarity(double[] one, double[] other) {
    double product = 0;
    double ones = 0;
    double others = 0;
    for (int i = 0; i < one.length; i++) {
      product += one[i] * other[i];
      ones += one[i] * one[i];
      others += other[i] * other[i];
    }
    return product / Math.sqrt(ones * others);
  }

  private static List<Integer> recommend(double[][] customers, int number) {
    return IntStream.range(0, customers.length)
        .filter(index -> index != number)
        .mapToObj(index -> new Other(similarity(customers[number], customers[index]), index))
        .sorted(Comparator.comparingDouble(Other::similarity).reversed())
        .limit(RECOMMENDED)
        .map(Other::index)
        .toList();
  }

  public static void main(String[] arguments) throws IOException {
    Map<String, Integer> given = Serve.options(arguments);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    double[][] customers = makeCustomers();
    AtomicInteger turns = new AtomicInteger();
    Serve.serve(given, body -> {
      int number = Math.floorMod(turns.getAndIncrement(), CUSTOMERS);
      int known = askStore(client, given.get("--upstream-port"), number);
      return (known + " " + recommend(customers, number) + "\n").getBytes(StandardCharsets.UTF_8);
    });
  }
}
