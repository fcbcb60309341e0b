package dev.gatun.graph.language;

import java.util.Arrays;
import java.util.Objects;

/**
 * One text of the model language with the path by which messages name it. Two sources are equal only if they are the
 * same object: a place belongs to the text that was read, not to a file that may have changed since.
 */
public final class Source {

  private final String path;
  private final String text;
  private final int[] starts;

  /**
   * @param path the name that diagnostics print; nothing is read from it
   * @param text the whole content
   */
  public Source(String path, String text) {
    this.path = Objects.requireNonNull(path);
    this.text = Objects.requireNonNull(text);
    int[] found = new int[16];
    int count = 1;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
      if (count == found.length) {
        found = Arrays.copyOf(found, 2 * count);
      }
      found[count++] = end + 1;
    }
    starts = Arrays.copyOf(found, count);
  }

  /** The name that diagnostics print. */
  public String path() {
    return path;
  }

  /** The whole content. */
  public String text() {
    return text;
  }

  /**
   * The place of the characters from {@code start} (inclusive) to {@code end} (exclusive), cut at the end of its first
   * line, since a caret cannot underline more.
   */
  public Place place(int start, int end) {
    int found = Arrays.binarySearch(starts, start);
    int line = found >= 0 ? found : -found - 2;
    int stop = Math.min(end, starts[line] + line(line + 1).length());
    return new Place(this, line + 1, start - starts[line] + 1, Math.max(1, stop - start));
  }

  /** The characters of a line, counted from 1, without its end. */
  public String line(int number) {
    int start = starts[number - 1];
    int end = number < starts.length ? starts[number] - 1 : text.length();
    return text.substring(start, end > start && text.charAt(end - 1) == '\r' ? end - 1 : end);
  }

  @Override
  public String toString() {
    return path;
  }
}
