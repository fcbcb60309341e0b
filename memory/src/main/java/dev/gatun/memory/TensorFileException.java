package dev.gatun.memory;

import java.nio.file.Path;

/**
 * A tensor file is not what its format demands, or needs something that Gatun does not read. Nothing of it was used.
 *
 * <p>To mend it: write the file again with the tool that made it, and compare its length with the original's; a file
 * cut short in a copy is the usual cause.
 */
public final class TensorFileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Path path;
  private final String expected;
  private final String found;

  TensorFileException(Path path, String expected, String found) {
    super(path + ": expected " + expected + ", found " + found);
    this.path = path;
    this.expected = expected;
    this.found = found;
  }

  /** The file, as the caller named it. */
  public Path path() {
    return path;
  }

  /** What the format demands at the first place that breaks it. */
  public String expected() {
    return expected;
  }

  /** What stands there. */
  public String found() {
    return found;
  }
}
