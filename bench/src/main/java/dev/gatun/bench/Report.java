package dev.gatun.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Prints rows: as a Markdown table for people, as CSV for tables. */
public final class Report {
  private static final String CSV_HEAD =
      "suite,case,threads,ours_ms,gflops,gbps,percent_of_peak,relative_error,steady,peer,peer_ms,ratio";

  private Report() {}

  /** A table, its head included, each line ended: one line for each row, or for each peer of it. */
  public static String markdown(List<Row> rows) {
    var out = new StringBuilder(
        "| work | threads | ours, ms | rate | of peak | error | peer | its ms | ours faster by |\n"
            + "| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |\n");
    for (var row : rows) {
      var own = format("| %s | %d | %s%s | %s | %.0f %% | %.1e ", row.name(), row.threads(),
          Sizes.milliseconds(row.seconds()), row.steady() ? "" : " (unsteady)", rate(row), 100 * row.partOfPeak(),
          row.error());
      if (row.peers().isEmpty()) {
        out.append(own).append("| | | |\n");
      }
      row.peers().forEach((peer, seconds) -> out.append(own)
          .append(format("| %s | %s | %.2f× |%n", peer, Sizes.milliseconds(seconds), row.ratio(peer))));
    }
    return out.toString();
  }

  /** What we do in a second. */
  static String rate(Row row) {
    return row.flops() > 0 ? format("%.1f GFLOP/s", row.gigaflops()) : format("%.1f GB/s", row.gigabytes());
  }

  /** For a terminal: ours, and each peer's time over ours, above 1 where we are faster; each line ended. */
  public static String text(Row row) {
    var text = format("%s%n  %d %s: %s ms, %s, %.0f %% of peak, error %.0e%s%n", row.name(), row.threads(),
        row.threads() == 1 ? "thread" : "threads", Sizes.milliseconds(row.seconds()), rate(row),
        100 * row.partOfPeak(), row.error(), row.steady() ? "" : ", unsteady");
    var peers = row.peers().keySet().stream().map(peer -> format("%s %.2f×", peer, row.ratio(peer)))
        .collect(Collectors.joining(", "));
    return text + (peers.isEmpty() ? "" : format("  beside %s%n", peers));
  }

  /** A table of commas, its head included, each line ended; what does not apply is empty. */
  public static String csv(List<Row> rows) {
    var out = new StringBuilder(CSV_HEAD).append('\n');
    for (var row : rows) {
      var own = format("%s,\"%s\",%d,%s,%s,%s,%.1f,%.1e,%s", row.suite(), row.name(), row.threads(),
          Sizes.milliseconds(row.seconds()), row.flops() > 0 ? format("%.1f", row.gigaflops()) : "",
          row.bytes() > 0 ? format("%.1f", row.gigabytes()) : "", 100 * row.partOfPeak(), row.error(), row.steady());
      if (row.peers().isEmpty()) {
        out.append(own).append(",,,\n");
      }
      row.peers().forEach((peer, seconds) -> out.append(own)
          .append(format(",\"%s\",%s,%.3f%n", peer, Sizes.milliseconds(seconds), row.ratio(peer))));
    }
    return out.toString();
  }

  /** The geometric mean of the ratios by suite, number of threads and peer. */
  public static Map<String, Map<Integer, Map<String, Double>>> means(List<Row> rows) {
    var ratios = new LinkedHashMap<String, Map<Integer, Map<String, List<Double>>>>();
    for (var row : rows) {
      row.peers().keySet().forEach(peer -> ratios.computeIfAbsent(row.suite(), _ -> new TreeMap<>())
          .computeIfAbsent(row.threads(), _ -> new LinkedHashMap<>()).computeIfAbsent(peer, _ -> new ArrayList<>())
          .add(row.ratio(peer)));
    }
    var means = new LinkedHashMap<String, Map<Integer, Map<String, Double>>>();
    ratios.forEach((suite, byThreads) -> byThreads.forEach((threads, byPeer) -> byPeer.forEach((peer, all) ->
        means.computeIfAbsent(suite, _ -> new LinkedHashMap<>()).computeIfAbsent(threads, _ -> new LinkedHashMap<>())
            .put(peer, Math.exp(all.stream().mapToDouble(Math::log).average().orElseThrow())))));
    return means;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
