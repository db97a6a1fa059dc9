import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Burns CPU time in sections of known shares and says what each has used (../README.md).
 *
 * <p>zlib is a native library. The hash is assembly that the virtual machine generates (a stub), a
 * built-in; java.util.regex is compiled like the application. The collector and the compilers work
 * on threads of their own.
 */
final class Mix {
  private static final long SLICE_NS = 4_000_000;
  private static final long REPORT_NS = 1_000_000_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final class Section {
    String name;
    double share;
    Runnable work;
    long spentNs;
  }

  private static List<Section> parseShares(String text) throws Exception {
    Map<String, Runnable> known = Sections.all();
    List<Section> sections = new ArrayList<>();
    double total = 0;
    for (String part : text.split(",")) {
      String[] words = part.split("=");
      Section section = new Section();
      section.name = words[0];
      section.share = Double.parseDouble(words[1]);
      section.work = known.get(words[0]);
      if (section.work == null) throw new IllegalArgumentException("no such section: " + part);
      total += section.share;
      sections.add(section);
    }
    for (Section section : sections) section.share /= total;
    return sections;
  }

  private static void report(List<Section> sections) {
    var system = (com.sun.management.OperatingSystemMXBean)
        ManagementFactory.getOperatingSystemMXBean();
    StringBuilder spent = new StringBuilder();
    for (Section section : sections) {
      if (spent.length() > 0) spent.append(", ");
      spent.append(String.format(Locale.ROOT, "\"%s\": %.6f", section.name,
          section.spentNs / 1e9));
    }
    System.out.printf(Locale.ROOT, "{\"at\": %.3f, \"cpu_s\": %.6f, \"sections\": {%s}}%n",
        System.currentTimeMillis() / 1e3, system.getProcessCpuTime() / 1e9, spent);
    System.out.flush();
  }

  /** The section that is furthest behind its share. */
  private static Section nextOf(List<Section> sections) {
    long total = 0;
    for (Section section : sections) total += section.spentNs;
    Section next = sections.get(0);
    for (Section section : sections) {
      if (section.share * total - section.spentNs > next.share * total - next.spentNs) {
        next = section;
      }
    }
    return next;
  }

  private static void burn(List<Section> sections, long lifetimeNs) {
    long end = System.nanoTime() + lifetimeNs;
    long nextReport = System.nanoTime();
    long last = THREADS.getCurrentThreadCpuTime();
    while (System.nanoTime() < end) {
      if (System.nanoTime() >= nextReport) {
        report(sections);
        nextReport += REPORT_NS;
      }
      Section section = nextOf(sections);
      long now = last;
      while (now - last < SLICE_NS) {
        section.work.run();
        now = THREADS.getCurrentThreadCpuTime();
      }
      section.spentNs += now - last;
      last = now;
    }
    report(sections);
  }

  public static void main(String[] words) throws Exception {
    Map<String, String> options = new HashMap<>(Map.of("--seconds", "10", "--shares", "language=1"));
    for (int i = 0; i + 1 < words.length; i += 2) options.put(words[i], words[i + 1]);
    burn(parseShares(options.get("--shares")),
        (long) (Double.parseDouble(options.get("--seconds")) * 1e9));
  }
}
