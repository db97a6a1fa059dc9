import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Keeps the sessions of a shop in memory: each request looks at many and changes some. */
final class Sessions {
  private static final int KEPT = 200_000;
  private static final int LOOKED_AT = 400;
  private static final int CHANGED = 20;
  private static final int PAGES = 6;

  private static final class Session {
    final String user;
    final Map<String, String> settings = new HashMap<>();
    final List<String> pages = new ArrayList<>();
    long visits;

    Session(String user) {
      this.user = user;
    }
  }

  private final Map<Integer, Session> kept = new ConcurrentHashMap<>();

  private Sessions() {
    for (int number = 0; number < KEPT; number++) {
      kept.put(number, begin(number));
    }
  }

  private static Session begin(int number) {
    Session session = new Session("user-" + number);
    session.settings.put("language", number % 3 == 0 ? "de" : "en");
    session.settings.put("currency", number % 2 == 0 ? "EUR" : "USD");
    session.settings.put("basket", "basket-" + number * 7L);
    for (int page = 0; page < PAGES; page++) {
      session.pages.add("/articles/" + (number + page * 31));
    }
    return session;
  }

  private String visit() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long visits = 0;
    int baskets = 0;
    for (int i = 0; i < LOOKED_AT; i++) {
      Session session = kept.get(random.nextInt(KEPT));
      synchronized (session) {
        visits += ++session.visits;
        baskets += session.settings.get("basket").endsWith("7") ? 1 : 0;
        if (session.pages.size() >= PAGES) {
          session.pages.remove(0);
        }
        session.pages.add("/articles/" + random.nextInt(100_000));
      }
    }
    for (int i = 0; i < CHANGED; i++) {
      int number = random.nextInt(KEPT);
      kept.put(number, begin(number));
    }
    return visits + " " + baskets + "\n";
  }

  public static void main(String[] arguments) throws IOException {
    Sessions sessions = new Sessions();
    Serve.serve(Serve.options(arguments),
        body -> sessions.visit().getBytes(StandardCharsets.UTF_8));
  }
}
