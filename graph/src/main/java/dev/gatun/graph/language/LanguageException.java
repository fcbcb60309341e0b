package dev.gatun.graph.language;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A program that does not stand: one or more independent faults, each with its place and a way out. The message is
 * their rendering, fit for a terminal; mend the source at the places named.
 */
public final class LanguageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  /** @param diagnostics at least one, in the order in which they are to be read */
  public LanguageException(List<Diagnostic> diagnostics) {
    super(diagnostics.stream().map(Diagnostic::render).collect(Collectors.joining("\n")));
    this.diagnostics = List.copyOf(diagnostics);
  }

  LanguageException(Diagnostic diagnostic) {
    this(List.of(diagnostic));
  }

  /** The faults, at least one. */
  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
