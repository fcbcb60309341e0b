package dev.gatun.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A page of all figures: means first, then a table for each suite, a line for each case, a column for each peer. */
public final class Page {
  private static final String HEAD = """
      # Figures

      Written by `./gatun bench --peers --save docs/figures.tsv --page docs/figures.md`; naming suites measures those
      and leaves the other rows as they are. What the figures say, and what was tried, stands in
      [performance.md](performance.md).

      A factor is a peer's time over ours, both measured in turn in one process: above 1 ours is faster. Every result
      was compared with the same work in f64 before it was timed; *error* is our largest difference as a part of the
      largest number; of training steps the root of the mean square, as a part of that of the numbers.
      *Of peak* is beside the fastest of a loop of multiply-adds (for what moves bytes, a loop of plain
      reads or reads and writes) and of all sides of the suite, in the same run; multiply-adds on padding are not
      counted. A star marks figures whose windows did not agree within 5 %, or that other processes disturbed.

      """;

  private Page() {}

  /** The page of some rows; {@code peers} tell how they are set. */
  public static String text(List<Row> rows, List<Peer> peers) {
    var out = new StringBuilder(HEAD);
    peers.forEach(peer -> out.append("- ").append(peer.name()).append(": ").append(peer.settings()).append(".\n"));
    out.append(peers.isEmpty() ? "" : "- " + Row.KEEPING.substring(2) + ": glibc is told not to give memory back.\n");
    means(out, rows);
    for (var suite : Suite.values()) {
      var own = rows.stream().filter(row -> row.suite().equals(suite.label())).toList();
      if (!own.isEmpty()) {
        out.append("\n## ").append(suite.label()).append(": ").append(suite.about()).append("\n\n");
        table(out, own);
      }
    }
    return out.toString();
  }

  private static void means(StringBuilder out, List<Row> rows) {
    var means = Report.means(rows);
    if (means.isEmpty()) {
      return;
    }
    out.append("\n## Geometric means\n\n| suite | threads | peer | factor | least |\n")
        .append("| --- | ---: | --- | ---: | ---: |\n");
    means.forEach((suite, byThreads) -> byThreads.forEach((threads, byPeer) -> byPeer.forEach((peer, mean) -> {
      double least = rows.stream().filter(row -> row.suite().equals(suite) && row.threads() == threads
          && row.peers().containsKey(peer)).mapToDouble(row -> row.ratio(peer)).min().orElseThrow();
      out.append(String.format(Locale.ROOT, "| %s | %d | %s | %.2f | %.2f |%n", suite, threads, peer, mean, least));
    })));
  }

  private static void table(StringBuilder out, List<Row> rows) {
    var peers = new LinkedHashSet<String>();
    rows.forEach(row -> peers.addAll(row.peers().keySet()));
    out.append("| case | threads | ours, ms | rate | of peak | error |");
    peers.forEach(peer -> out.append(' ').append(peer).append(" |"));
    out.append("\n| --- | ---: | ---: | ---: | ---: | ---: |").append(" ---: |".repeat(peers.size())).append('\n');
    var cases = new LinkedHashMap<String, List<Row>>();
    rows.forEach(row -> cases.computeIfAbsent(row.name() + row.threads(), _ -> new ArrayList<>()).add(row));
    cases.values().forEach(same -> line(out, same, peers));
    out.append('\n');
    rows.stream().map(Row::conditions).distinct()
        .forEach(text -> out.append("Measured on ").append(text).append(".\n\n"));
    out.setLength(out.length() - 1);
  }

  /** The rows of one case: with memory kept only the factors are shown, each beside our time in its own run. */
  private static void line(StringBuilder out, List<Row> same, Set<String> peers) {
    var row = same.stream().filter(r -> !r.keepsMemory()).findFirst().orElse(same.getFirst());
    Map<String, Double> factors = new LinkedHashMap<>();
    same.forEach(r -> r.peers().keySet().forEach(peer -> factors.put(peer, r.ratio(peer))));
    out.append(String.format(Locale.ROOT, "| %s | %d | %s%s | %s | %.0f %% | %.0e |", row.name(), row.threads(),
        Sizes.milliseconds(row.seconds()), row.steady() ? "" : "*", Report.rate(row), 100 * row.partOfPeak(),
        row.error()));
    peers.forEach(peer -> out.append(factors.containsKey(peer)
        ? String.format(Locale.ROOT, " %.2f |", factors.get(peer)) : " |"));
    out.append('\n');
  }
}
