package dev.gatun.graph.language;

import java.util.Collection;

/** Finds the name that was meant. */
final class Similar {

  private Similar() {}

  /** "did you mean `x`?" for the nearest of the names, or nothing if none is near. */
  static String to(String wrong, Collection<String> names) {
    String best = null;
    int least = Math.max(1, wrong.length() / 3) + 1;
    for (String name : names) {
      int distance = distance(wrong, name, least);
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return best == null ? "" : "did you mean `" + best + "`?";
  }

  /** Letters to insert, delete, replace or swap with their neighbour; {@code limit} if there are as many or more. */
  private static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] before = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
        if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      int[] free = before;
      before = last;
      last = row;
      row = free;
    }
    return Math.min(limit, last[b.length()]);
  }
}
