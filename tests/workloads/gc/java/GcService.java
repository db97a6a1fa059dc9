import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;

/** An allocating HTTP service (../README.md). What its collector did stands in the JVM's log. */
final class GcService {
  private static final int WORKERS = 8;

  private static Map<String, Integer> parseOptions(String[] words) {
    Map<String, Integer> options =
        new HashMap<>(Map.of("--port", 0, "--seconds", 120, "--live-mb", 32, "--garbage-kb", 256));
    for (int i = 0; i + 1 < words.length; i += 2) {
      options.put(words[i], Integer.parseInt(words[i + 1]));
    }
    return options;
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static void endAfter(int seconds) {
    Thread timer = new Thread(() -> {
      try {
        Thread.sleep(seconds * 1000L);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      Runtime.getRuntime().halt(0);
    });
    timer.setDaemon(true);
    timer.start();
  }

  public static void main(String[] arguments) throws IOException {
    Map<String, Integer> options = parseOptions(arguments);
    endAfter(options.get("--seconds"));
    Records kept = new Records(options.get("--live-mb") * 1024);
    System.gc(); // what lives on is old from the start, however rarely it is collected
    int garbage = options.get("--garbage-kb");
    HttpServer server = HttpServer.create(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), options.get("--port")), 256);
    server.setExecutor(Executors.newFixedThreadPool(WORKERS));
    server.createContext("/", exchange -> answer(exchange, kept.work(garbage) + "\n"));
    server.start();
    System.out.println("ready " + server.getAddress().getPort());
  }
}
