package dev.gatun.graph.language;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Finds out by trying whether a fault comes from the sizes that were chosen, and which would do. */
final class Remedies {

  /** Sizes are rounded to powers of two up to this one: networks halve no more often. */
  private static final int LARGEST_FACTOR = 64;

  private final Consumer<Map<String, Long>> elaborate;

  Remedies(Consumer<Map<String, Long>> elaborate) {
    this.elaborate = elaborate;
  }

  /** The fault, told with the size that brings it about if one does. */
  LanguageException explain(LanguageException fault, Map<String, Long> sizes) {
    Map<String, Long> round = new LinkedHashMap<>();
    sizes.forEach((name, size) -> round.put(name, Math.max(1, size / LARGEST_FACTOR + 1) * LARGEST_FACTOR));
    if (sizes.isEmpty() || round.values().stream().anyMatch(size -> size > 1 << 16) || !stands(round)) {
      return fault;
    }
    for (Map.Entry<String, Long> entry : sizes.entrySet()) {
      List<Long> remedies = remedies(entry.getKey(), entry.getValue(), sizes);
      if (!remedies.isEmpty()) {
        return told(fault, entry.getKey(), entry.getValue(), remedies);
      }
    }
    return fault;
  }

  /** The nearest sizes below and above that do, if any. */
  private List<Long> remedies(String name, long size, Map<String, Long> sizes) {
    List<Long> found = new ArrayList<>();
    for (int direction : new int[] {0, 1}) {
      for (long factor = 2; factor <= LARGEST_FACTOR; factor *= 2) {
        long candidate = (size / factor + direction) * factor;
        var other = new LinkedHashMap<>(sizes);
        other.put(name, candidate);
        if (candidate >= 1 && candidate != size && stands(other)) {
          found.add(candidate);
          break;
        }
      }
    }
    return found;
  }

  private boolean stands(Map<String, Long> sizes) {
    try {
      elaborate.accept(sizes);
      return true;
    } catch (LanguageException fault) {
      return false;
    }
  }

  private static LanguageException told(LanguageException fault, String name, long size, List<Long> remedies) {
    List<Diagnostic> diagnostics = new ArrayList<>(fault.diagnostics());
    Diagnostic first = diagnostics.getFirst();
    String which = remedies.size() == 1 ? remedies.getFirst() + " would do"
        : remedies.getFirst() + " and " + remedies.getLast() + " would do";
    List<String> notes = new ArrayList<>();
    if (!first.hint().isEmpty()) {
      notes.add(first.hint());
    }
    notes.addAll(first.notes());
    diagnostics.set(0, new Diagnostic(first.place(), "with " + name + " = " + size + ": " + first.message(), which, notes));
    return new LanguageException(diagnostics);
  }
}
