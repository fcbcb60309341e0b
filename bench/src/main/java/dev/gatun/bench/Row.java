package dev.gatun.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One figure: how long a piece of work takes us, and the peers in the same run.
 *
 * @param suite to which suite the work belongs
 * @param name what is done
 * @param threads how many threads each side may use
 * @param seconds our time of one operation
 * @param peers their times by name; empty if none does this work
 * @param flops flops of an operation that are of use; 0 where bytes say more
 * @param bytes bytes that an operation must at least move; 0 where they say nothing
 * @param peak flops, or bytes where there are none, that the machine does in a second, measured in the same run
 * @param error our {@link Work#error}, measured from f64
 * @param steady whether all times were taken from windows that agreed
 * @param conditions under what conditions, see {@link Conditions}
 */
public record Row(String suite, String name, int threads, double seconds, Map<String, Double> peers, double flops,
    double bytes, double peak, double error, boolean steady, String conditions) {
  /** How the name of a peer ends for which the C library was told to keep memory. */
  static final String KEEPING = ", keeping memory";
  private static final String SEPARATOR = "\t";
  /** Cells of a line before those of the peers. */
  private static final int FIXED = 10;

  public Row {
    peers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(peers));
  }

  /** Whether the C library was told to keep memory. */
  boolean keepsMemory() {
    return peers.keySet().stream().anyMatch(peer -> peer.endsWith(KEEPING));
  }

  /** A peer's time over ours: above 1 we are faster. */
  public double ratio(String peer) {
    return peers.get(peer) / seconds;
  }

  /** What we do in a second, in units of 10⁹ flops; 0 where bytes say more. */
  public double gigaflops() {
    return 1e-9 * flops / seconds;
  }

  /** What we move in a second, in units of 10⁹ bytes. */
  public double gigabytes() {
    return 1e-9 * bytes / seconds;
  }

  /** What the fastest side does in a second of what the peak is counted in. */
  double bestRate() {
    double fastest = peers.values().stream().mapToDouble(x -> x).reduce(seconds, Math::min);
    return (flops > 0 ? flops : bytes) / fastest;
  }

  /** Our rate as a part of the peak. */
  public double partOfPeak() {
    return (flops > 0 ? flops : bytes) / seconds / peak;
  }

  /** The same figure beside another peak. */
  Row withPeak(double other) {
    return new Row(suite, name, threads, seconds, peers, flops, bytes, other, error, steady, conditions);
  }

  /** The row as one line, for {@link #parse}. */
  String line() {
    return String.join(SEPARATOR, suite, name, Integer.toString(threads), Double.toString(seconds),
        Double.toString(flops), Double.toString(bytes), Double.toString(peak), Double.toString(error),
        Boolean.toString(steady), conditions, peers.entrySet().stream()
            .map(peer -> peer.getKey() + SEPARATOR + peer.getValue()).collect(Collectors.joining(SEPARATOR)));
  }

  /** @throws IllegalArgumentException if {@code line} is none */
  static Row parse(String line) {
    var cells = line.split(SEPARATOR, -1);
    if (cells.length < FIXED) {
      throw new IllegalArgumentException("no row: " + line);
    }
    var peers = new LinkedHashMap<String, Double>();
    for (int i = FIXED; i + 1 < cells.length; i += 2) {
      peers.put(cells[i], time(cells[i + 1]));
    }
    var numbers = Arrays.stream(cells, 4, 8).mapToDouble(Double::parseDouble).toArray();
    return new Row(cells[0], cells[1], Integer.parseInt(cells[2]), time(cells[3]), peers, numbers[0], numbers[1],
        numbers[2], numbers[3], Boolean.parseBoolean(cells[8]), cells[9]);
  }

  private static double time(String cell) {
    double seconds = Double.parseDouble(cell);
    if (!(seconds > 0 && Double.isFinite(seconds))) {
      throw new IllegalArgumentException("no time: " + cell);
    }
    return seconds;
  }
}
