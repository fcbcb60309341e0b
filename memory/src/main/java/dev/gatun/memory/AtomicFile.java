package dev.gatun.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Writes a file whole or not at all, whenever the process or the machine stops. */
public final class AtomicFile {
  /** A temporary file to which nobody wrote for so long is what a killed process left. */
  private static final Duration STALE = Duration.ofDays(1);

  private AtomicFile() {}

  /** What goes into the file. */
  @FunctionalInterface
  public interface Content {
    /** Appends everything to a fresh, empty file. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Writes so many bytes; see {@link #write(Path, Content)}. */
  public static void write(Path target, byte[] bytes) throws IOException {
    write(target, channel -> {
      for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
        channel.write(rest);
      }
    });
  }

  /**
   * Writes to a temporary file beside the target, forces it to the disk, moves it over the target in one step and
   * forces the folder. A reader sees the old content or the new one. A file that is replaced keeps its permissions.
   * What writers of this target left when they were killed, more than a day ago, is removed.
   *
   * @throws IOException naming the target, if any of that fails, or the target is there and no regular file; the target
   *     is then as before and the temporary file is gone
   */
  public static void write(Path target, Content content) throws IOException {
    var temporary = temporary(target);
    removeStale(target.toAbsolutePath());
    try {
      try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        keepPermissions(target, temporary);
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IOException("cannot write " + target + ": " + reason(e), e);
    } finally {
      discard(temporary);
    }
    forceFolder(target.toAbsolutePath().getParent());
  }

  /**
   * Fails as {@link #write} would before its content is written; changes nothing. For work whose result is far off.
   *
   * @throws IOException naming the target
   */
  public static void check(Path target) throws IOException {
    var temporary = temporary(target);
    try {
      Files.createFile(temporary);
    } catch (IOException e) {
      throw new IOException("cannot write " + target + ": " + reason(e), e);
    }
    Files.delete(temporary);
  }

  private static Path temporary(Path target) throws IOException {
    var absolute = target.toAbsolutePath();
    if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
      throw new IOException("cannot write " + target + ": it is " + (Files.isDirectory(absolute) ? "a folder"
          : "no regular file"));
    }
    return absolute.resolveSibling("." + absolute.getFileName() + "."
        + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".tmp");
  }

  /** By age alone: the process id of a writer on another host or in another container would say nothing here. */
  private static void removeStale(Path target) {
    var named = Pattern.compile(Pattern.quote("." + target.getFileName() + ".") + "[0-9a-f]{16}\\.tmp");
    var newest = FileTime.from(Instant.now().minus(STALE));
    try (var stale = Files.newDirectoryStream(target.getParent(), path -> named.matcher(path.getFileName().toString())
        .matches() && Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).compareTo(newest) < 0)) {
      stale.forEach(AtomicFile::discard);
    } catch (IOException | DirectoryIteratorException e) {
      // Another writer was faster, or the folder cannot be read: the next write looks again.
    }
  }

  /** Before there is content, so that what was private is never readable. */
  private static void keepPermissions(Path target, Path temporary) throws IOException {
    var fresh = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
    if (fresh != null && Files.exists(target)) {
      var kept = Files.getPosixFilePermissions(target);
      if (!fresh.readAttributes().permissions().equals(kept)) {
        fresh.setPermissions(kept);
      }
    }
  }

  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // Why the work failed is what matters; a file that cannot be removed could not be made, or its folder is gone.
    }
  }

  /** In words, and without the temporary file's name, which nobody knows. */
  private static String reason(IOException failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "there is no such folder";
      case AccessDeniedException _ -> "no permission";
      case FileSystemException system when system.getReason() != null -> system.getReason();
      default -> failure.getMessage();
    };
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
