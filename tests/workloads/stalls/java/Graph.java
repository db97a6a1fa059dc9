import java.util.Random;

/** Walks a graph of objects that were linked in random order, for ever. */
public final class Graph {
    private static final class Node {
        Node next;
        long value;
    }

    private static long walk(Node node, int steps) {
        long sum = 0;
        for (int i = 0; i < steps; i++) {
            sum += node.value;
            node = node.next;
        }
        return sum;
    }

    public static void main(String[] arguments) {
        int size = 4 << 20;
        Node[] nodes = new Node[size];
        for (int i = 0; i < size; i++) {
            nodes[i] = new Node();
            nodes[i].value = i;
        }
        Random random = new Random(1);
        for (int i = size - 1; i > 0; i--) {
            int other = random.nextInt(i);  // one cycle (Sattolo)
            Node swapped = nodes[i];
            nodes[i] = nodes[other];
            nodes[other] = swapped;
        }
        for (int i = 0; i < size; i++) {
            nodes[i].next = nodes[(i + 1) % size];
        }
        Node first = nodes[0];
        nodes = null;
        System.out.println("ready");
        System.out.flush();
        long sum = 0;
        while (true) {
            sum += walk(first, size);
            if (sum == 1) {
                System.out.println(sum);
            }
        }
    }
}
