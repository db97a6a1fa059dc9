import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;

/** The HTTP part of the Java services: the JDK's server with a pool of threads. */
final class Serve {
  private static final int WORKERS = 64;
  private static final int BACKLOG = 1024;

  /** What a service makes of the body of a request. */
  interface Handler {
    byte[] handle(byte[] body) throws IOException, InterruptedException;
  }

  private Serve() {}

  static Map<String, Integer> options(String[] words) {
    Map<String, Integer> given =
        new HashMap<>(Map.of("--port", 0, "--seconds", 120, "--upstream-port", 0));
    for (int i = 0; i + 1 < words.length; i += 2) {
      given.put(words[i], Integer.parseInt(words[i + 1]));
    }
    return given;
  }

  private static void answer(HttpExchange exchange, Handler handler) throws IOException {
    try (exchange) {
      byte[] answer = handler.handle(exchange.getRequestBody().readAllBytes());
      exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
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

  static void serve(Map<String, Integer> given, Handler handler) throws IOException {
    endAfter(given.get("--seconds"));
    HttpServer server = HttpServer.create(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), given.get("--port")), BACKLOG);
    server.setExecutor(Executors.newFixedThreadPool(WORKERS));
    server.createContext("/", exchange -> answer(exchange, handler));
    server.start();
    System.out.println("ready " + server.getAddress().getPort());
  }
}
