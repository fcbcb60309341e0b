package dev.gatun.tools.command;

import java.util.Collection;
import java.util.HashSet;
import java.util.regex.Pattern;

/** Places in a model's file, without the file's name where all are of one file. */
final class Places {
  private static final Pattern PLACE = Pattern.compile("(.+):(\\d+:\\d+)((?:, in )?)(.*)");

  private final boolean oneFile;

  /** @param origins all that will be shown */
  Places(Collection<String> origins) {
    var files = new HashSet<String>();
    for (var origin : origins) {
      var match = PLACE.matcher(origin);
      if (match.matches()) {
        files.add(match.group(1));
      }
    }
    oneFile = files.size() < 2;
  }

  /** For instance {@code 4:17 conv(6)}. */
  String text(String origin) {
    var match = PLACE.matcher(origin);
    if (!match.matches()) {
      return origin;
    }
    return ((oneFile ? "" : match.group(1) + ":") + match.group(2) + " " + match.group(4)).strip();
  }

  /** The same without the arguments of a call. */
  String shortest(String origin) {
    var text = text(origin);
    int open = text.indexOf('(');
    return open < 0 ? text : text.substring(0, open);
  }

  /** The whole of it, behind a kernel's name. */
  String at(String origin) {
    return origin.isEmpty() ? "" : " at " + text(origin);
  }
}
