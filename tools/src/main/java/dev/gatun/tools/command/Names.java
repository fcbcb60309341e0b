package dev.gatun.tools.command;

import java.util.Collection;
import java.util.List;
import picocli.CommandLine;

/** Finds the name that was meant. */
final class Names {
  private Names() {}

  /** {@code : did you mean `x`?} for the nearest of the names, or nothing if none is near. */
  static String similar(String wrong, Collection<String> names) {
    String best = null;
    int least = Math.max(1, wrong.length() / 3) + 1;
    for (var name : names) {
      int distance = distance(wrong, name);
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return best == null ? "" : ": did you mean `" + best + "`?";
  }

  /** The flags of a command. */
  static List<String> flags(CommandLine command) {
    return command.getCommandSpec().optionsMap().keySet().stream().filter(name -> name.startsWith("--")).toList();
  }

  /** Letters to insert, delete, replace or swap with their neighbour (Damerau 1964, each letter moved once). */
  private static int distance(String a, String b) {
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          rows[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(rows[i - 1][j - 1] + (same ? 0 : 1), Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        rows[i][j] = swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
      }
    }
    return rows[a.length()][b.length()];
  }
}
