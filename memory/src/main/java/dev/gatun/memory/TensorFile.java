package dev.gatun.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file whose every read is checked against its length, and what the formats have in common. Bytes are copied out and
 * never mapped: a file can shrink under a mapping.
 */
final class TensorFile implements AutoCloseable {
  private static final int CHUNK = 1 << 26;

  /** A format: what it makes of a file. */
  interface Format<T> {
    T parse(TensorFile file) throws IOException, FormatException;
  }

  private final FileChannel channel;
  private final long size;

  private TensorFile(FileChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
  }

  /**
   * Opens a file, parses it and closes it. The arena is held meanwhile.
   *
   * @throws TensorFileException if the file breaks the format
   * @throws IOException         if it cannot be opened or read
   */
  static <T> T read(Path path, TensorArena arena, Format<T> format) throws IOException {
    arena.acquire();
    try {
      // Asked before opening: opening a pipe that nobody writes to never returns.
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw new FormatException("a regular file", "something else");
      }
      try (var file = new TensorFile(FileChannel.open(path, StandardOpenOption.READ))) {
        return format.parse(file);
      }
    } catch (FormatException e) {
      throw new TensorFileException(path, e.expected(), e.found());
    } finally {
      arena.release();
    }
  }

  /** Bytes in the file when it was opened. */
  long size() {
    return size;
  }

  /** Bytes on the heap, for headers. */
  byte[] bytes(long position, int count, String what) throws IOException, FormatException {
    requireBytes(position, count, what);
    byte[] bytes = new byte[count];
    fill(position, ByteBuffer.wrap(bytes), what);
    return bytes;
  }

  /** Fills a segment. */
  void bytes(long position, MemorySegment target, String what) throws IOException, FormatException {
    requireBytes(position, target.byteSize(), what);
    for (long done = 0; done < target.byteSize(); done += CHUNK) {
      long count = Math.min(CHUNK, target.byteSize() - done);
      fill(position + done, target.asSlice(done, count).asByteBuffer(), what);
    }
  }

  private void requireBytes(long position, long count, String what) throws FormatException {
    if (count > size - position) {
      throw new FormatException(what + " of " + count + " bytes from byte " + position, "a file of " + size + " bytes");
    }
  }

  private void fill(long position, ByteBuffer target, String what) throws IOException, FormatException {
    long at = position;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        throw new FormatException(what + " up to byte " + (at + target.remaining()), "the end of the file at byte " + at);
      }
      at += count;
    }
  }

  /** A shape from a file whose elements are few enough for their bytes to be counted. */
  static Shape shape(String owner, DType dtype, long[] sizes) throws FormatException {
    try {
      var shape = Shape.of(sizes);
      Math.multiplyExact(shape.elements(), dtype.bytes());
      return shape;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new FormatException("a shape that Gatun holds in " + owner, e.getMessage());
    }
  }

  /** Refuses truth values other than 0 and 1: other bytes would read differently on different machines. */
  static void requireTruthValues(String owner, Tensor tensor) throws FormatException {
    if (tensor.dtype() == DType.BOOL) {
      var segment = tensor.segment();
      for (long i = 0; i < segment.byteSize(); i++) {
        byte value = segment.get(ValueLayout.JAVA_BYTE, i);
        if ((value & ~1) != 0) {
          throw new FormatException("truth values 0 and 1 in " + owner, "byte " + Byte.toUnsignedInt(value));
        }
      }
    }
  }

  /** Appends a tensor's elements in row-major order. A strided tensor is copied first, within its arena's budget. */
  static void append(FileChannel channel, Tensor tensor) throws IOException {
    tensor.arena().acquire();
    try {
      if (tensor.isContiguous()) {
        append(channel, tensor.segment());
      } else {
        appendStrided(channel, tensor);
      }
    } finally {
      tensor.arena().release();
    }
  }

  private static void appendStrided(FileChannel channel, Tensor tensor) throws IOException {
    try (var scratch = tensor.arena().child("rows being written")) {
      var dense = scratch.allocate(tensor.dtype(), tensor.shape());
      dense.copyFrom(tensor);
      append(channel, dense.segment());
    }
  }

  private static void append(FileChannel channel, MemorySegment source) throws IOException {
    for (long done = 0; done < source.byteSize(); done += CHUNK) {
      append(channel, source.asSlice(done, Math.min(CHUNK, source.byteSize() - done)).asByteBuffer());
    }
  }

  /** Appends all remaining bytes of a buffer. */
  static void append(FileChannel channel, ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      channel.write(source);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
