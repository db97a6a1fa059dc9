/** The live set, a ring of records, and the garbage that requests make. */
final class Records {
  /** Of the records that a request makes, one in so many replaces one that was kept. */
  private static final int KEPT_ONE_IN = 64;

  private record Tag(String key, String value, Tag next) {}

  /** With what it points to about 1 KiB. */
  private static final class Item {
    final String name;
    final byte[] body = new byte[480];
    Tag tags;

    Item(int id) {
      name = "record-" + id;
      for (int i = 0; i < 6; i++) tags = new Tag(Integer.toString(1000 + id % 1000), name, tags);
    }
  }

  private final Item[] ring;
  private int made;

  Records(int size) {
    ring = new Item[size];
    for (int i = 0; i < size; i++) ring[i] = new Item(i);
  }

  private synchronized void replaceNext(Item item) {
    made++;
    ring[(int) (made * 7919L % ring.length)] = item;
  }

  /** Makes `count` records, most of them garbage at once. */
  int work(int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      Item item = new Item(i);
      sum += item.tags.key().length();
      if (i % KEPT_ONE_IN == 0) replaceNext(item);
    }
    return sum;
  }
}
