package dev.gatun.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one process measures.
 *
 * @param sizes the sizes that a user gave; none for the suite's own cases
 * @param only a part of the names of the cases that are meant; all if empty
 * @param peers whether other engines are measured as well
 * @param keeping whether the C library was told to keep memory, so that only peers who allocate are measured
 * @param windows how many windows of each side count
 * @param seconds the length of each; 0 for as long as the work asks for
 */
public record Order(Suite suite, Map<String, List<Integer>> sizes, String only, int threads, boolean peers,
    boolean keeping, int windows, double seconds) {

  /** The cases that are meant. */
  public List<Work> works() {
    var all = sizes.isEmpty() ? suite.works() : suite.works(sizes);
    return all.stream().filter(work -> work.name().contains(only)).toList();
  }

  /** The same with memory kept. */
  Order keepingMemory() {
    return new Order(suite, sizes, only, threads, peers, true, windows, seconds);
  }

  /** How long a piece of work is measured. */
  Measure.Effort effort(Work work) {
    var own = work.effort(threads);
    return new Measure.Effort(own.warmSeconds(), own.limitSeconds(), seconds > 0 ? seconds : own.windowSeconds(),
        windows, peers ? own.restSeconds() : 0);
  }

  /** On how many threads one session, or one peer's call, may work. */
  int threadsOfOne() {
    return suite == Suite.SERVE ? 1 : threads;
  }

  /** As arguments of {@link Worker}. */
  List<String> arguments() {
    var given = sizes.entrySet().stream().map(size -> size.getKey() + "=" + size.getValue().stream()
        .map(String::valueOf).collect(Collectors.joining(","))).collect(Collectors.joining(" "));
    return List.of(suite.name(), given, only, Integer.toString(threads), Boolean.toString(peers),
        Boolean.toString(keeping), Integer.toString(windows), Double.toString(seconds));
  }

  static Order parse(String... arguments) {
    var sizes = new LinkedHashMap<String, List<Integer>>();
    for (var size : arguments[1].split(" ")) {
      if (!size.isEmpty()) {
        sizes.put(size.split("=")[0], Arrays.stream(size.split("=")[1].split(",")).map(Integer::valueOf).toList());
      }
    }
    return new Order(Suite.valueOf(arguments[0]), sizes, arguments[2], Integer.parseInt(arguments[3]),
        Boolean.parseBoolean(arguments[4]), Boolean.parseBoolean(arguments[5]), Integer.parseInt(arguments[6]),
        Double.parseDouble(arguments[7]));
  }
}
