import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** The language section: Java at work, the class library included. */
final class Language {
  private static final String[] WORDS = ("order item price amount customer address invoice payment "
      + "status created updated shipping country currency discount quantity").split(" ");

  private static class Account {
    int balance;
    int moves;

    int deposit(int amount) {
      balance = (balance + amount) % 100003;
      moves++;
      return balance;
    }
  }

  private static final class Savings extends Account {
    @Override
    int deposit(int amount) {
      return super.deposit(amount + amount * 3 / 100);
    }
  }

  private static final class Particle {
    double position;
    double speed = 1;
  }

  private final Account[] accounts = new Account[64];
  private final IntUnaryOperator[] counters = new IntUnaryOperator[5];
  private final Particle[] particles = new Particle[300];
  private final String title = makeText(4000);
  private final StringBuilder shouted = new StringBuilder();
  private final Map<Integer, Integer> index = new HashMap<>();
  private final int[] numbers = new int[1000];
  private long sink;

  Language() {
    for (int i = 0; i < accounts.length; i++) {
      accounts[i] = i % 3 == 0 ? new Savings() : new Account();
    }
    for (int i = 0; i < counters.length; i++) counters[i] = counter(i);
    for (int i = 0; i < particles.length; i++) particles[i] = new Particle();
  }

  static String makeText(int size) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; text.length() < size; i++) {
      text.append(WORDS[i * 7919 % WORDS.length]).append(i % 997 * 31 % 97).append(' ');
    }
    text.setLength(size);
    return text.toString();
  }

  private static IntUnaryOperator counter(int step) {
    int[] count = {1};
    return value -> count[0] = (count[0] * 31 + value * step) % 65521;
  }

  private static int collatz(int limit) {
    int longest = 0;
    for (int start = 1; start < limit; start++) {
      int steps = 0;
      for (long value = start; value != 1; steps++) {
        value = value % 2 == 0 ? value / 2 : 3 * value + 1;
      }
      longest = Math.max(longest, steps);
    }
    return longest;
  }

  private static int mandelbrot(int size) {
    int inside = 0;
    for (int point = 0; point < size * size; point++) {
      double x0 = 3.0 * (point % size) / size - 2;
      double y0 = 2.0 * (point / size) / size - 1;
      double x = 0;
      double y = 0;
      int turn = 0;
      for (; turn < 50 && x * x + y * y <= 4; turn++) {
        double next = x * x - y * y + x0;
        y = 2 * x * y + y0;
        x = next;
      }
      if (turn == 50) inside++;
    }
    return inside;
  }

  private int methods() {
    int rich = 0;
    for (int turn = 0; turn < 100; turn++) {
      for (Account account : accounts) {
        if (account.deposit(turn) > 1000) rich++;
      }
    }
    return rich;
  }

  private int closures() {
    int total = 0;
    for (int value = 0; value < 8000; value++) {
      total += counters[value % counters.length].applyAsInt(value);
    }
    return total;
  }

  private int shout() {
    shouted.setLength(0);
    boolean wordStart = true;
    for (int i = 0; i < title.length(); i++) {
      char letter = title.charAt(i);
      shouted.append(wordStart ? Character.toUpperCase(letter) : letter);
      wordStart = letter == ' ';
    }
    return shouted.length();
  }

  private double walk() {
    double energy = 0;
    for (int turn = 0; turn < 20; turn++) {
      for (Particle particle : particles) {
        particle.speed = particle.speed * 0.99 + 0.01;
        particle.position += particle.speed * 0.001;
        energy += particle.speed * particle.speed;
      }
    }
    return energy;
  }

  private int sortAndFind() {
    for (int i = 0; i < numbers.length; i++) numbers[i] = i * 7919 % 127;
    Arrays.sort(numbers);
    for (int number : numbers) index.merge(number, 1, (a, b) -> (a + b) % 100);
    return index.size();
  }

  void work() {
    sink += collatz(300) + mandelbrot(20) + methods() + closures() + shout() + (long) walk();
    sink += sortAndFind();
  }
}
