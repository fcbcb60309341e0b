package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
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
