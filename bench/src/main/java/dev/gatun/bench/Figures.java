package dev.gatun.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Rows that are kept in a file, one of each case: to be printed as a page, and to be compared with later. */
public final class Figures {
  private static final String HEAD = "# Written by gatun bench --save; one row a line, see docs/commands.md.";
  /** What is lost to chance between two runs. */
  private static final double FALLEN = 0.9;

  private final Map<String, Row> rows = new LinkedHashMap<>();

  private Figures() {}

  /** Those of some rows; of two of one case the later one. */
  public static Figures of(Collection<Row> rows) {
    var figures = new Figures();
    rows.forEach(figures::add);
    return figures;
  }

  /** A case on so many threads; with memory kept it is another. */
  private static String key(Row row) {
    return row.suite() + "\t" + row.name() + "\t" + row.threads() + "\t" + row.keepsMemory();
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws IllegalArgumentException if {@code text} is something else, with the line at fault
   */
  public static Figures parse(String text) {
    var lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
      throw new IllegalArgumentException("this is no file of figures, whose first line is: " + HEAD);
    }
    var rows = new ArrayList<Row>();
    for (int i = 1; i < lines.size(); i++) {
      try {
        rows.add(Row.parse(lines.get(i)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line " + (i + 1) + " is no row", e);
      }
    }
    return of(rows);
  }

  /** The rows, in the order of the suites. */
  public List<Row> rows() {
    return List.copyOf(rows.values());
  }

  /** Adds a row, or replaces that of the same case. */
  public void add(Row row) {
    rows.put(key(row), row);
  }

  /** A line for each row, and one before them. */
  public String text() {
    var out = new StringBuilder(HEAD).append('\n');
    rows.values().forEach(row -> out.append(row.line()).append('\n'));
    return out.toString();
  }

  /**
   * How these factors are beside older ones.
   *
   * @param factors how many there were before as well
   * @param fallen a line for each that has lost more than a tenth
   */
  public record Comparison(int factors, List<String> fallen) {
    public Comparison {
      fallen = List.copyOf(fallen);
    }
  }

  /** Compares each factor with what it was. */
  public Comparison since(Figures before) {
    int factors = 0;
    var fallen = new ArrayList<String>();
    for (var named : rows.entrySet()) {
      var row = named.getValue();
      var then = before.rows.get(named.getKey());
      for (var peer : then == null ? Set.<String>of() : row.peers().keySet()) {
        if (then.peers().containsKey(peer)) {
          factors++;
          if (row.ratio(peer) < FALLEN * then.ratio(peer)) {
            fallen.add(String.format(Locale.ROOT, "%s, %s on %d beside %s: %.2f, was %.2f", row.suite(), row.name(),
                row.threads(), peer, row.ratio(peer), then.ratio(peer)));
          }
        }
      }
    }
    return new Comparison(factors, fallen);
  }
}
