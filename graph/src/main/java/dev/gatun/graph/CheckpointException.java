package dev.gatun.graph;

import java.nio.file.Path;

/** A file of weights does not fit: it is of another model, or of another training. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;

  CheckpointException(Path file, String fault) {
    super(file + ": " + fault);
    this.file = file;
  }

  public Path file() {
    return file;
  }
}
