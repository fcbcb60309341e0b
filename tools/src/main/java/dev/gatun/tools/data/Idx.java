package dev.gatun.tools.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads arrays of unsigned bytes in the IDX format, plain or in gzip: two zero bytes, the element type (8), the rank, a
 * big-endian size for each axis, then the elements.
 *
 * <p>Source: the page of the MNIST database. Stricter than that: nothing may follow the last element.
 */
final class Idx {
  /** The most elements that are read: twice MNIST. What a small gzip file unpacks to is bounded by it too. */
  static final int MOST_ELEMENTS = 100_000_000;

  private static final int UNSIGNED_BYTES = 8;
  private static final int FIRST_CHUNK = 1 << 20;
  private static final String GZIP = ".gz";

  private Idx() {}

  /**
   * Reads a file.
   *
   * @param sizes of all axes but the first, which is free
   * @return the elements of all samples, one after the other
   * @throws DataException if the file breaks the format or has other sizes
   */
  static byte[] read(Path file, int... sizes) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new DataException(file, "a file", Files.exists(file) ? "something else" : "nothing");
      }
      try (var raw = Files.newInputStream(file);
          var in = file.toString().endsWith(GZIP) ? new GZIPInputStream(raw, 1 << 16) : raw) {
        return read(file, in, sizes);
      }
    } catch (ZipException e) {
      throw new DataException(file, "a gzip file", "damaged data (" + e.getMessage() + ")");
    } catch (EOFException e) {
      throw new DataException(file, "a whole gzip file", "one that is cut short");
    } catch (IOException e) {
      throw new DataException(file, e);
    }
  }

  private static byte[] read(Path file, InputStream in, int[] sizes) throws IOException {
    byte[] magic = {0, 0, UNSIGNED_BYTES, (byte) (sizes.length + 1)};
    byte[] found = in.readNBytes(magic.length);
    if (!Arrays.equals(magic, found)) {
      var hex = HexFormat.ofDelimiter(" ").withUpperCase();
      throw new DataException(file, "an IDX file of unsigned bytes with " + magic[3] + " axes (" + hex.formatHex(magic)
          + " at the start)", found.length == 0 ? "an empty file" : hex.formatHex(found));
    }
    long count = size(file, in);
    long elements = count;
    for (int axis = 0; axis < sizes.length; axis++) {
      long size = size(file, in);
      if (size != sizes[axis]) {
        throw new DataException(file, "samples of " + shape(sizes), "size " + size + " on axis " + (axis + 1));
      }
      elements *= size;
    }
    if (count == 0 || elements > MOST_ELEMENTS) {
      throw new DataException(file, "from 1 to " + MOST_ELEMENTS / IntStream.of(sizes).reduce(1, Math::multiplyExact)
          + " samples", "a header that says " + count);
    }
    return elements(file, in, (int) elements);
  }

  private static long size(Path file, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(Integer.BYTES);
    if (bytes.length < Integer.BYTES) {
      throw new DataException(file, "the size of every axis", "the end of the file");
    }
    long size = 0;
    for (byte b : bytes) {
      size = size << Byte.SIZE | Byte.toUnsignedLong(b);
    }
    return size;
  }

  /** Memory follows the bytes that have come, not the header's word. */
  private static byte[] elements(Path file, InputStream in, int count) throws IOException {
    byte[] values = new byte[Math.min(count, FIRST_CHUNK)];
    int have = 0;
    while (true) {
      have += in.readNBytes(values, have, values.length - have);
      if (have < values.length) {
        throw new DataException(file, count + " bytes of data, as its header says", have + " (is the file cut short?)");
      }
      if (have == count) {
        break;
      }
      values = Arrays.copyOf(values, (int) Math.min(count, 2L * have));
    }
    if (in.read() >= 0) {
      throw new DataException(file, count + " bytes of data, as its header says", "more");
    }
    return values;
  }

  private static String shape(int[] sizes) {
    return IntStream.of(sizes).mapToObj(Integer::toString).collect(Collectors.joining("×"));
  }
}
