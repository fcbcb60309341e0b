package dev.gatun.graph.language;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a call, evaluated.
 *
 * @param named in the order in which they are written
 */
record Given(List<One> positional, Map<String, One> named) {

  /** @param place of the argument, or of its name */
  record One(Datum value, Place place) {}

  Given {
    positional = List.copyOf(positional);
    named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
  }
}
