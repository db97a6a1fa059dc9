// Collects garbage and waits, with what the collectors counted on its output.
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

public class GcLive {
  static byte[][] kept = new byte[250][];

  public static void main(String[] arguments) throws Exception {
    for (int cycle = 0; cycle < 5; cycle++) {
      for (int i = 0; i < 1000; i++) kept[i / 4] = new byte[4096];
      System.gc();
    }
    long collections = 0;
    for (GarbageCollectorMXBean one : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += one.getCollectionCount();
    }
    System.out.println(collections + " " + Runtime.getRuntime().maxMemory());
    System.in.read();
  }
}
