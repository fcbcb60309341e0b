package dev.gatun.bench;

import java.util.List;
import java.util.Locale;

/** Prints rows: as a Markdown table for people, as one JSON object a line for programs. */
public final class Report {
  private static final List<String> HEADS = List.of("work", "size", "threads", "ours, ms", "rival", "rival, ms",
      "ours faster by", "our rate", "rival's rate", "of peak", "error");
  /** Columns of words; the others are numbers and align right. */
  private static final List<String> WORDS = List.of("work", "size", "rival");

  private Report() {}

  /** A table, its head included, each line ended. */
  public static String markdown(List<Row> rows) {
    var out = new StringBuilder();
    line(out, HEADS);
    line(out, HEADS.stream().map(head -> WORDS.contains(head) ? "---" : "---:").toList());
    rows.forEach(row -> line(out, cells(row)));
    return out.toString();
  }

  private static void line(StringBuilder out, List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static List<String> cells(Row row) {
    boolean alone = row.rival() == null;
    boolean counted = row.amount() > 0;
    return List.of(row.work(), row.size(), Integer.toString(row.threads()),
        milliseconds(row.seconds()) + (row.steady() ? "" : " (unsteady)"),
        alone ? "" : row.rival(), alone ? "" : milliseconds(row.rivalSeconds()),
        alone ? "" : format("%.2f×", row.ratio()),
        counted ? format("%.1f %s", row.rate(), row.unit().rate()) : "",
        counted && !alone ? format("%.1f", row.rivalRate()) : "",
        counted ? format("%.0f %%", 100 * row.partOfPeak()) : "",
        Double.isNaN(row.error()) ? "" : format("%.1e", row.error()));
  }

  /** Three significant digits or more. */
  static String milliseconds(double seconds) {
    double ms = 1e3 * seconds;
    return format(ms < 0.01 ? "%.5f" : ms < 1 ? "%.4f" : ms < 100 ? "%.2f" : "%.1f", ms);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** One object a line, each line ended. Seconds and flops or bytes a second; what does not apply is null. */
  public static String json(List<Row> rows) {
    var out = new StringBuilder();
    rows.forEach(row -> json(out, row));
    return out.toString();
  }

  private static void json(StringBuilder out, Row row) {
    boolean counted = row.amount() > 0;
    out.append("{\"work\":").append(quoted(row.work()))
        .append(",\"size\":").append(quoted(row.size()))
        .append(",\"threads\":").append(row.threads())
        .append(",\"seconds\":").append(number(row.seconds()))
        .append(",\"rival\":").append(row.rival() == null ? "null" : quoted(row.rival()))
        .append(",\"rival_seconds\":").append(number(row.rivalSeconds()))
        .append(",\"ratio\":").append(number(row.ratio()))
        .append(",\"unit\":").append(counted ? quoted(row.unit().name().toLowerCase(Locale.ROOT)) : "null")
        .append(",\"rate\":").append(number(counted ? 1e9 * row.rate() : Double.NaN))
        .append(",\"peak\":").append(number(counted ? row.peak() : Double.NaN))
        .append(",\"error\":").append(number(row.error()))
        .append(",\"steady\":").append(row.steady()).append("}\n");
  }

  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }

  private static String quoted(String text) {
    var out = new StringBuilder("\"");
    text.chars().forEach(c -> {
      if (c == '"' || c == '\\') {
        out.append('\\').append((char) c);
      } else if (c < ' ') {
        out.append(format("\\u%04x", c));
      } else {
        out.append((char) c);
      }
    });
    return out.append('"').toString();
  }
}
