import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** What the sections do. A call takes some 0.1 to 1 ms. */
final class Sections {
  private static int sink;

  private Sections() {}

  private interface Throwing {
    void run() throws Exception;
  }

  private static Runnable checked(Throwing work) {
    return () -> {
      try {
        work.run();
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    };
  }

  private static byte[] bytes(int size) {
    return Language.makeText(size).getBytes(StandardCharsets.US_ASCII);
  }

  private static Runnable zlib() {
    byte[] text = bytes(16000);
    byte[] packed = new byte[20000];
    Deflater deflater = new Deflater(6);
    Inflater inflater = new Inflater();
    return checked(() -> {
      deflater.reset();
      deflater.setInput(text);
      deflater.finish();
      int size = deflater.deflate(packed);
      inflater.reset();
      inflater.setInput(packed, 0, size);
      if (inflater.inflate(text) != text.length) throw new DataFormatException("too short");
    });
  }

  private static Runnable hash() throws Exception {
    byte[] block = bytes(256 * 1024);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return () -> sink += digest.digest(block)[0];
  }

  private static Runnable regex() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      lines.append("10.0.").append(i % 7).append('.').append(i % 251)
          .append(" - - \"GET /order/").append(i).append("?q=").append(i * 7)
          .append(" HTTP/1.1\" 200\n");
    }
    String text = lines.toString();
    Pattern request = Pattern.compile(
        "^(\\d+\\.\\d+\\.\\d+\\.\\d+) .*\"(GET|POST) (/\\w+)/(\\d+)(?:\\?(\\S*))? HTTP",
        Pattern.MULTILINE);
    return () -> {
      Matcher matcher = request.matcher(text);
      while (matcher.find()) sink++;
    };
  }

  private static final class Node {
    final Node owner;
    Node left;
    Node right;

    Node(int depth, Node owner) {
      this.owner = owner;
      if (depth > 0) {
        left = new Node(depth - 1, this);
        right = new Node(depth - 1, this);
      }
    }
  }

  private static Runnable alloc() {
    Node[] survivors = new Node[2000];
    int[] next = {0};
    return () -> {
      for (int i = 0; i < 4; i++) sink += new Node(8, null).left.owner == null ? 1 : 0;
      survivors[next[0]++ % survivors.length] = new Node(8, null);
    };
  }

  private static Runnable syscalls() throws Exception {
    Path path = Files.createTempFile("mix", null);
    Files.write(path, bytes(64 * 1024));
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    Files.delete(path);
    Pipe pipe = Pipe.open();
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    ByteBuffer message = ByteBuffer.allocateDirect(512);
    Path folder = Path.of("/etc");
    return checked(() -> {
      for (int i = 0; i < 4; i++) sink += file.read(buffer.clear(), 0);
      for (int i = 0; i < 20; i++) {
        sink += pipe.sink().write(message.clear());
        sink += pipe.source().read(message.clear());
      }
      try (var entries = Files.newDirectoryStream(folder)) {
        sink += entries.iterator().hasNext() ? 1 : 0;
      }
    });
  }

  static Map<String, Runnable> all() throws Exception {
    Map<String, Runnable> sections = new HashMap<>();
    sections.put("language", new Language()::work);
    sections.put("zlib", zlib());
    sections.put("hash", hash());
    sections.put("regex", regex());
    sections.put("alloc", alloc());
    sections.put("syscalls", syscalls());
    return sections;
  }
}
