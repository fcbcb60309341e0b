package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A file is written whole or not at all, and never in place of something else. */
class AtomicFileTest {
  @TempDir
  private Path folder;

  private List<Path> inFolder() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void replacesWhatWasThere() throws IOException {
    var file = Files.writeString(folder.resolve("f"), "old and longer");
    AtomicFile.check(file);
    assertEquals("old and longer", Files.readString(file));
    AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {1, 2})));
    assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(file));
    assertEquals(List.of(file), inFolder());
  }

  /** What a full disk does: the old content stays, nothing is left beside it, and the message names the target. */
  @Test
  void failureInTheMiddleLeavesTheOldContent() throws IOException {
    var file = Files.writeString(folder.resolve("f"), "old");
    var fault = assertThrows(IOException.class, () -> AtomicFile.write(file, channel -> {
      channel.write(ByteBuffer.wrap(new byte[1000]));
      throw new IOException("No space left on device");
    }));
    assertEquals("cannot write " + file + ": No space left on device", fault.getMessage());
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), inFolder());
  }

  private Path aged(String name, int days) throws IOException {
    var file = Files.writeString(folder.resolve(name), "part");
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
  }

  /** What a kill in the middle left is removed once no writer can be at it; nothing else is. */
  @Test
  void whatAKilledWriterLeftIsRemoved() throws IOException {
    var left = aged(".f.0123456789abcdef.tmp", 2);
    var kept = new HashSet<>(List.of(folder.resolve("f"), aged(".f.fedcba9876543210.tmp", 0),
        aged(".f.g.0123456789abcdef.tmp", 2), aged(".f.notes.tmp", 2), aged("f.0123456789abcdef.tmp", 2)));
    AtomicFile.write(folder.resolve("f"), _ -> { });
    assertFalse(Files.exists(left));
    assertEquals(kept, new HashSet<>(inFolder()));
  }

  /** A writer that is killed leaves a file of the form that is removed. */
  @Test
  void temporaryFilesHaveTheFormThatIsRemoved() throws IOException {
    AtomicFile.write(folder.resolve("f"), _ -> assertTrue(inFolder().getFirst().getFileName().toString()
        .matches("\\.f\\.[0-9a-f]{16}\\.tmp")));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void permissionsAreKept() throws IOException {
    var file = Files.writeString(folder.resolve("f"), "old");
    for (var permissions : List.of("rw-------", "rwxrwxr-x", "r--r--r--")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
      AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {1})));
      assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  private static void refused(Path target, String reason) {
    var message = "cannot write " + target + ": " + reason;
    assertEquals(message, assertThrows(IOException.class, () -> AtomicFile.check(target)).getMessage());
    assertEquals(message, assertThrows(IOException.class, () -> AtomicFile.write(target, _ -> { })).getMessage());
  }

  /** A device or a folder would be replaced by a file. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void onlyRegularFilesAreReplaced() throws Exception {
    refused(folder, "it is a folder");
    var pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor());
    refused(pipe, "it is no regular file");
    assertTrue(Files.exists(pipe) && !Files.isRegularFile(pipe));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void placesThatCannotBeWritten() {
    refused(folder.resolve("no/f"), "there is no such folder");
    refused(folder.resolve("f".repeat(300)), "File name too long");
  }
}
