package dev.gatun.tools.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Makes IDX files for tests. */
final class IdxFiles {
  private IdxFiles() {}

  /** A file's bytes: sizes as in the header, then elements that count up. */
  static byte[] idx(int elements, int... sizes) {
    var bytes = ByteBuffer.allocate(4 + 4 * sizes.length + elements).put(new byte[] {0, 0, 8, (byte) sizes.length});
    for (int size : sizes) {
      bytes.putInt(size);
    }
    for (int i = 0; i < elements; i++) {
      bytes.put((byte) (i % 10));
    }
    return bytes.array();
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  /** Four files with so many images for training and for testing. */
  static void write(Path folder, int train, int test) throws IOException {
    Files.write(folder.resolve("train-images-idx3-ubyte"), idx(train * 784, train, 28, 28));
    Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzip(idx(train, train)));
    Files.write(folder.resolve("t10k-images-idx3-ubyte.gz"), gzip(idx(test * 784, test, 28, 28)));
    Files.write(folder.resolve("t10k-labels-idx1-ubyte"), idx(test, test));
  }
}
