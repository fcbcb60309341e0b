package dev.gatun.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How much faster than each peer we were, as a table that is kept, to be compared with later. */
public final class Ratios {
  private static final String HEAD = "suite\tcase\tthreads\tpeer\tratio";
  /** What is lost to chance between two runs. */
  private static final double FALLEN = 0.9;

  private final Map<String, Double> ratios = new LinkedHashMap<>();

  private Ratios() {}

  /** Those of some rows. */
  public static Ratios of(List<Row> rows) {
    var all = new Ratios();
    rows.forEach(row -> row.peers().keySet().forEach(peer -> all.ratios.put(String.join("\t", row.suite(), row.name(),
        Integer.toString(row.threads()), peer), row.ratio(peer))));
    return all;
  }

  /**
   * Reads a table.
   *
   * @throws IllegalArgumentException if {@code text} is none, with the line that is not of it
   */
  public static Ratios parse(String text) {
    var lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
      throw new IllegalArgumentException("no table of ratios, which begins with the line " + HEAD.replace('\t', ' '));
    }
    var all = new Ratios();
    for (int i = 1; i < lines.size(); i++) {
      int last = lines.get(i).lastIndexOf('\t');
      try {
        all.ratios.put(lines.get(i).substring(0, last), Double.valueOf(lines.get(i).substring(last + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new IllegalArgumentException("line " + (i + 1) + " is no ratio", e);
      }
    }
    return all;
  }

  /** The table, each line ended: what {@link #parse} reads. */
  public String text() {
    var out = new StringBuilder(HEAD).append('\n');
    ratios.forEach((key, ratio) -> out.append(key).append('\t').append(String.format(Locale.ROOT, "%.3f%n", ratio)));
    return out.toString();
  }

  /** Which of these have lost more than a tenth of what they were, a line each. */
  public List<String> fallenSince(Ratios before) {
    var fallen = new ArrayList<String>();
    ratios.forEach((key, ratio) -> {
      var then = before.ratios.get(key);
      if (then != null && ratio < FALLEN * then) {
        var cells = key.split("\t");
        fallen.add(String.format(Locale.ROOT, "%s, %s on %s beside %s: %.2f, was %.2f", cells[0], cells[1], cells[2],
            cells[3], ratio, then));
      }
    });
    return fallen;
  }
}
