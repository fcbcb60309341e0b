package dev.gatun.tools.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever stands in a file, reading it gives its elements or a {@link DataException}, and nothing else. */
class IdxDamageTest {
  private static final byte[] GOOD = IdxFiles.idx(3 * 16, 3, 4, 4);
  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("idx");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("file"));
    Files.deleteIfExists(folder.resolve("file.gz"));
    Files.delete(folder);
  }

  private static void read(String name, byte[] content) throws IOException {
    var file = Files.write(folder.resolve(name), content);
    try {
      var values = Idx.read(file, 4, 4);
      if (values.length % 16 != 0 || values.length == 0) {
        throw new AssertionError("not whole samples: " + values.length);
      }
    } catch (DataException expected) {
      if (!expected.getMessage().contains(file.toString())) {
        throw new AssertionError("the message does not name the file: " + expected.getMessage(), expected);
      }
    }
  }

  @Property(tries = 1500)
  void changedBytes(@ForAll @IntRange(max = 1 << 20) int place, @ForAll byte value, @ForAll boolean packed)
      throws IOException {
    var bytes = packed ? IdxFiles.gzip(GOOD) : GOOD.clone();
    bytes[place % bytes.length] = value;
    read(packed ? "file.gz" : "file", bytes);
  }

  @Property(tries = 500)
  void changedHeaders(@ForAll @IntRange(min = 1, max = 3) int axis, @ForAll int size) throws IOException {
    var bytes = GOOD.clone();
    ByteBuffer.wrap(bytes).putInt(4 * axis, size);
    read("file", bytes);
  }

  @Property(tries = 500)
  void otherLengths(@ForAll @IntRange(max = 200) int length, @ForAll boolean packed) throws IOException {
    var bytes = packed ? IdxFiles.gzip(GOOD) : GOOD;
    read(packed ? "file.gz" : "file", Arrays.copyOf(bytes, length));
  }

  @Property(tries = 500)
  void anyBytes(@ForAll byte[] bytes, @ForAll boolean packed) throws IOException {
    read(packed ? "file.gz" : "file", bytes);
  }
}
