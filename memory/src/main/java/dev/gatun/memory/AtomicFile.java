package dev.gatun.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** Writes a file whole or not at all, whenever the process or the machine stops. */
public final class AtomicFile {
  private AtomicFile() {}

  /** What goes into the file. */
  @FunctionalInterface
  public interface Content {
    /** Appends everything to a fresh, empty file. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes to a temporary file beside the target, forces it to the disk, moves it over the target in one step and forces
   * the folder. A reader sees the old content or the new one.
   *
   * @throws IOException if any of that fails; the target is then as before and the temporary file is gone
   */
  public static void write(Path target, Content content) throws IOException {
    var absolute = target.toAbsolutePath();
    var folder = absolute.getParent();
    if (folder == null || Files.isDirectory(absolute)) {
      throw new IOException(target + " is a folder");
    }
    var temporary = folder.resolve("." + absolute.getFileName() + "."
        + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), Character.MAX_RADIX) + ".tmp");
    try {
      try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder(folder);
  }

  /** Makes the move durable where a folder can be opened; elsewhere (Windows) the file system orders it itself. */
  private static void forceFolder(Path folder) {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The content is complete and in place; only the moment when the move reaches the disk stays open.
    }
  }
}
