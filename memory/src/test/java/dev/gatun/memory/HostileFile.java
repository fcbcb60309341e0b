package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** Feeds bytes to a reader and checks the one promise: a good result or a {@link TensorFileException}. */
final class HostileFile {
  /** A reader under test. */
  interface Reader {
    void read(Path path, TensorArena arena) throws IOException;
  }

  /** Room for any honest result, and no more. */
  private static final long BUDGET = 1 << 16;

  private HostileFile() {}

  /** The message, without the file's name, that a bad file is answered with. */
  static String refusal(Path folder, byte[] bytes, Reader reader) throws IOException {
    var path = folder.resolve("bad");
    Files.write(path, bytes);
    try (var arena = TensorArena.root("hostile", BUDGET)) {
      var error = assertThrows(TensorFileException.class, () -> reader.read(path, arena));
      assertEquals(path, error.path());
      assertEquals(path + ": expected " + error.expected() + ", found " + error.found(), error.getMessage());
      assertTrue(error.getMessage().length() < 1000 && error.getMessage().codePoints().allMatch(c -> c >= ' '));
      return "expected " + error.expected() + ", found " + error.found();
    }
  }

  /** Reads a damaged copy; anything but success or a {@link TensorFileException} escapes. */
  static void survive(Path folder, byte[] bytes, Reader reader) throws IOException {
    var path = folder.resolve("damaged");
    Files.write(path, bytes);
    try (var arena = TensorArena.root("hostile", BUDGET)) {
      reader.read(path, arena);
    } catch (TensorFileException e) {
      assertTrue(e.getMessage().contains("expected"));
    }
  }

  /** A few random changes: bits, bytes that mean something in headers, lost or doubled stretches, cut ends. */
  static byte[] mutate(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int change = random.nextInt(3) + 1; change > 0 && bytes.length > 0; change--) {
      int at = random.nextBoolean() ? random.nextInt(bytes.length) : random.nextInt(Math.min(bytes.length, 64));
      int end = Math.min(bytes.length, at + random.nextInt(16) + 1);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) "0123456789-+eE.,:\"'\\{}[]() <>|fiubTF\0\n".charAt(random.nextInt(38));
        case 2 -> bytes[at] = (byte) random.nextInt();
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        case 4 -> bytes = join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, end, bytes.length));
        default -> bytes = join(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, at, bytes.length));
      }
    }
    return bytes;
  }

  static byte[] join(byte[] head, byte[] tail) {
    byte[] joined = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, joined, head.length, tail.length);
    return joined;
  }
}
